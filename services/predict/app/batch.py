"""Score rows from standard input as the service does: python -m services.predict.app.batch.

The settings are the service's. The first line of the output is what `GET /v1/model` answers. Each line of the input is
then a body of `POST /v1/predict`; the line that answers it has for each row what the service would say of it alone:
its prediction, or {"errors": [violation, …]}.
"""

import os
import sys
from pathlib import Path
from typing import Any

import msgspec

from plumbline.bundle import BundleError
from services.common import rows, server, settings
from services.common.problems import Problem, Violation
from services.predict.app import locations, model
from services.predict.app.locations import Location
from services.predict.app.model import Model
from services.predict.app.settings import PREFIX, Settings


class Refused(msgspec.Struct, frozen=True):
    """A row that breaks the contract, and where."""

    errors: tuple[Violation, ...]


def answer(served: Model, body: bytes) -> list[Any]:
    """Give the answer for each row of a body.

    Raises:
        Problem: 400; the body is not JSON of the form {"inputs": [row, …]}.
    """
    try:
        found: list[Any] = served.reader.read(body)
    except Problem:
        found = [_read(served, row) for row in _inputs(body)]
    kept = [row for row in found if not isinstance(row, Refused)]
    answers = iter(served.outcome.answers(served.scorer.score(kept)) if kept else ())
    return [row if isinstance(row, Refused) else next(answers) for row in found]


def _inputs(body: bytes) -> list[Any]:
    document = rows.decode(body)
    if not isinstance(document, dict) or not isinstance(document.get("inputs"), list):
        raise Problem(400, "malformed-json", 'The body must be of the form {"inputs": [row, …]}.')
    found: list[Any] = document["inputs"]
    return found


def _read(served: Model, row: object) -> Any:
    try:
        return served.reader.check(row, "/inputs/0")
    except Problem as problem:
        return Refused(problem.errors)


def main() -> None:
    """Load the bundle and answer line by line until the input ends."""
    out = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # the log and all else that is printed: the output holds answers alone
    try:
        values = settings.read(Settings, PREFIX)
        key = Path(values.public_key) if values.public_key else None
        with locations.folder(Location(values.bundle_uri, values.bundle_sha256)) as folder:
            served = model.load(folder, values.bundle_sha256, values.max_rows, key)
    except (settings.SettingsError, BundleError) as error:
        server.stop(error)
    out.write(msgspec.json.format(served.description, indent=-1) + b"\n")  # on one line
    out.flush()
    try:
        for line in sys.stdin.buffer:
            out.write(msgspec.json.encode(answer(served, line)) + b"\n")
            out.flush()
    except Problem as problem:
        server.stop(problem)


if __name__ == "__main__":
    main()
