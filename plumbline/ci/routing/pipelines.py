"""The table of routed pipelines, pipelines.toml."""

import tomllib
from dataclasses import dataclass
from pathlib import Path

TABLE = Path(__file__).with_name("pipelines.toml")


@dataclass(frozen=True)
class Pipeline:
    """A routed pipeline.

    Attributes:
        name: The output of the gate's `changes` job, and the job of the gate that calls the workflow.
        workflow: The name of its file.
        targets: The make targets it consists of.
    """

    name: str
    workflow: str
    targets: tuple[str, ...]


def read(table: Path = TABLE) -> list[Pipeline]:
    """Read the table; only the standard library is needed, so that the gate runs without an environment."""
    content = tomllib.loads(table.read_text(encoding="utf-8"))
    return [Pipeline(name, entry["workflow"], tuple(entry["targets"])) for name, entry in content.items()]
