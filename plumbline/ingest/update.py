"""Extract only the rows that came since the last version, by a column that grows: the watermark."""

from contextlib import closing
from functools import partial
from pathlib import Path

import pandas as pd

from plumbline.ingest import raw
from plumbline.ingest.connections import Connection, connect
from plumbline.ingest.extract import Extracted, extract, load, staged
from plumbline.ingest.extract import Parameters as Extract
from plumbline.kernel import contract, hashing, log, table
from plumbline.kernel.config import Directories, Strict, section, settings
from plumbline.kernel.contract import Contract
from plumbline.kernel.errors import PlumblineError


class Parameters(Strict):
    """The section `update` of data/params.yaml."""

    watermark: str


def known_rows(parameters: Extract) -> pd.DataFrame:
    """Read the rows of both raw files as text, in the version that git names.

    Raises:
        PlumblineError: A file is absent, or is not that version.
    """
    raw.finish(Directories(raw=parameters.training.parent).staging)
    for path in (parameters.training, parameters.evaluation):
        if not path.exists() or hashing.digest(path, "md5") != raw.named(path):
            raise PlumblineError(
                f"{path} is not the version that {raw.record_of(path)} names, on which an update builds:"
                " run `plumb data pull`, or `plumb data version` if it is a new one"
            )
    return pd.concat([table.read_text(path) for path in (parameters.training, parameters.evaluation)])


def update(connection: Connection, parameters: Extract, watermark: str, rules: Contract) -> Extracted | None:
    """Read the rows at or above the watermark, the greatest value of its column so far, and add them to those known.

    The rows at the watermark itself are read again, since not all of them need have been there. A row whose identifier
    is known replaces the known one.

    Args:
        connection: The warehouse.
        parameters: The query, whose answer must have the columns of the raw files.
        watermark: A column of numbers or dates of the contract, or its identifier.
        rules: The contract.

    Returns:
        All rows; None if nothing is new.

    Raises:
        PlumblineError: The raw files are not those that git names, or the watermark is neither number nor date, or the
                        selects other columns than it did.
    """
    kind = rules.columns[watermark].type if watermark in rules.columns else rules.identifier_type
    if kind not in ("integer", "number", "date") or watermark not in [*rules.columns, rules.identifier]:
        raise PlumblineError(
            f"update.watermark is {watermark!r}: it must be a column of numbers or dates of the contract"
        )
    known = known_rows(parameters)
    of_dates = kind == "date"  # the greatest text of a date is the latest
    reached = known[watermark].max() if of_dates else float(pd.to_numeric(known[watermark], errors="coerce").max())
    wrapped = (
        f'select * from (\n{parameters.query.rstrip().rstrip(";")}\n) as answer where "{watermark}" >= {reached!r}'  # noqa: S608
    )
    fresh = extract(connection, parameters.model_copy(update={"query": wrapped}), rules)
    if fresh.rows.columns != list(known.columns):
        raise PlumblineError(
            f"the query selects {', '.join(fresh.rows.columns)} and the raw files hold {', '.join(known.columns)}:"
            " extract all rows anew with `plumb data extract --new-version`"
        )
    merged = pd.concat([known, fresh.rows.frame()]).drop_duplicates(rules.identifier, keep="last")
    key = partial(raw.order, rules=rules)
    merged = merged.sort_values(rules.identifier, key=key, ignore_index=True)
    if merged.equals(known.sort_values(rules.identifier, key=key, ignore_index=True)):
        return None
    metadata = {"query": parameters.query, "rows": len(merged), "watermark": {watermark: reached}}
    rows = staged(list(merged.columns), parameters, rules)
    rows.add(merged, key(merged[rules.identifier]))
    return Extracted(rows, fresh.metadata.model_copy(update=metadata))


def main() -> None:
    """Extract only the rows that came since the last version."""
    raw.refuse_in_production(settings(), "extracting")
    parameters = section(Extract, Path("data/params.yaml"), "extract")
    watermark = section(Parameters, Path("data/params.yaml"), "update").watermark
    rules = contract.read(Path("data/contract.yaml"))
    with closing(connect(parameters.connection)) as connection:
        extracted = update(connection, parameters, watermark, rules)
    if extracted is None:
        log.get("update").info("nothing new", watermark=watermark)
        return
    load(extracted, parameters, rules, new_version=True)
