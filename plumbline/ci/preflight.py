"""Say which secret or variable of a pipeline is missing and what is skipped for it."""

import json
import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from plumbline.ci.routing import report
from plumbline.kernel import github
from plumbline.kernel.errors import PlumblineError

TABLE = Path(__file__).with_suffix(".toml")
# Settings that are no secret, and that some keep as one: each place that takes the variable takes the secret, too.
EITHER = ("AWS_REGION", "DOCKER_USERNAME", "EKS_CLUSTER_NAME")


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


def read(path: Path = TABLE) -> dict[str, Any]:
    """Read the table: capabilities by name, by pipeline."""
    return tomllib.loads(path.read_text(encoding="utf-8"))


def check(pipeline: str, environment: Mapping[str, str], table: dict[str, Any]) -> list[Capability]:
    """Look for the secrets and variables of `pipeline`; one that is empty counts as missing.

    Raises:
        PlumblineError: The table has no such pipeline.
    """
    if pipeline not in table:
        raise PlumblineError(f"{pipeline!r} is no pipeline of {TABLE.name}: it is one of {', '.join(table)}")
    return [
        Capability(name, tuple(_missing(entry["needs"], environment)), entry["without"])
        for name, entry in table[pipeline].items()
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


def main(pipeline: str, /) -> None:
    """Say which secrets and variables a pipeline lacks; GitHub gets the list of what is ready as output `ready`.

    Args:
        pipeline: A section of preflight.toml.
    """
    found = check(pipeline, os.environ, read())
    rows = [
        (one.name, "yes" if one.ready else "no", ", ".join(one.missing), "" if one.ready else one.without)
        for one in found
    ]
    lacking = [one for one in found if not one.ready]
    note = f"{', '.join(one.name for one in lacking)} will be skipped" if lacking else "nothing is missing"
    report.show(["can", "ready", "missing", "without it"], rows, note)
    github.set_outputs(ready=json.dumps([one.name for one in found if one.ready]))
