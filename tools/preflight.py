"""Say which secret or variable of a pipeline is missing and what is skipped for it. Standard library alone."""

import json
import os
import sys
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tools.errors import PlumblineError
from tools.routing import report

TABLE = Path(__file__).with_suffix(".toml")


@dataclass(frozen=True)
class Capability:
    """What a pipeline can do, the names it lacks for it, and what happens without them."""

    name: str
    missing: tuple[str, ...]
    without: str

    @property
    def ready(self) -> bool:
        """Tell whether nothing is missing."""
        return not self.missing


def check(pipeline: str, environment: Mapping[str, str], table: dict[str, Any] | None = None) -> list[Capability]:
    """Look for the secrets and variables of `pipeline`; one that is empty counts as missing.

    Raises:
        PlumblineError: The table has no such pipeline.
    """
    known = tomllib.loads(TABLE.read_text(encoding="utf-8")) if table is None else table
    if pipeline not in known:
        raise PlumblineError(f"{pipeline!r} is no pipeline of {TABLE.name}: set PIPELINE to one of {', '.join(known)}")
    return [
        Capability(name, tuple(_missing(entry["needs"], environment)), entry["without"])
        for name, entry in known[pipeline].items()
    ]


def names(table: dict[str, Any]) -> set[str]:
    """Give every secret and variable that the table names."""
    needs = [need for section in table.values() for entry in section.values() for need in entry["needs"]]
    choices = [choice for need in needs for choice in ([need] if isinstance(need, str) else need)]
    return {name for choice in choices for name in choice.split("+")}


def _missing(needs: list[Any], environment: Mapping[str, str]) -> list[str]:
    found = []
    for need in needs:
        choices = [need] if isinstance(need, str) else need
        if not any(all(environment.get(name) for name in choice.split("+")) for choice in choices):
            found.append(" or ".join(choice.replace("+", " and ") for choice in choices))
    return found


def main() -> None:
    """Check the pipeline `PIPELINE`, and give GitHub the list of what is ready."""
    found = check(os.environ.get("PIPELINE", ""), os.environ)
    rows = [(one.name, "yes" if one.ready else "no", ", ".join(one.missing), one.without) for one in found]
    lacking = [one for one in found if not one.ready]
    note = "; ".join(f"{one.name} is skipped: {one.without}" for one in lacking) or "nothing is missing"
    report.show(
        ["can", "ready", "missing", "without it"],
        [(*row[:3], "" if row[1] == "yes" else row[3]) for row in rows],
        note,
    )
    if output := os.environ.get("GITHUB_OUTPUT"):
        with Path(output).open("a", encoding="utf-8") as file:
            file.write(f"ready={json.dumps([one.name for one in found if one.ready])}\n")


if __name__ == "__main__":
    try:
        main()
    except PlumblineError as error:
        sys.exit(f"error: {error}")
