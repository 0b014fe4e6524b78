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
        tests: Its tests, as pytest takes them.
    """

    name: str
    workflow: str
    tests: tuple[str, ...]


def read(table: Path = TABLE) -> list[Pipeline]:
    """Read the table."""
    content = tomllib.loads(table.read_text(encoding="utf-8"))
    return [Pipeline(name, entry["workflow"], tuple(entry["tests"])) for name, entry in content["routed"].items()]


def crossing(table: Path = TABLE) -> tuple[str, ...]:
    """Give the tests of what a room says of another, which every change runs, as pytest takes them."""
    return tuple(tomllib.loads(table.read_text(encoding="utf-8"))["crossing"]["tests"])
