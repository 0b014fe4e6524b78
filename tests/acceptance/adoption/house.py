"""A clone of this working tree that takes a table of one of the three tasks as its own."""

from dataclasses import dataclass
from pathlib import Path

from plumbline.testing.repository import copy_repository, run
from plumbline.tests.adopt.conftest import rides
from tests.acceptance.examples import MAKE, commit

# What is to be predicted, and the columns that are known only afterwards.
TASKS = {
    "regression": ("Minutes", ["Late", "Kind"]),
    "binary": ("Late", ["Kind", "Seconds", "Minutes"]),
    "multiclass": ("Kind", ["Late", "Seconds", "Minutes"]),
}


@dataclass(frozen=True)
class House:
    """The clone, a git repository on its branch main."""

    root: Path
    task: str

    def adopt(self, *options: str) -> str:
        """Take 600 rides as this clone's own; give what was said."""
        target, later = TASKS[self.task]
        rides(600).drop(columns=later).to_csv(self.root / "Bike Rides.csv", index=False, sep=";")
        words = ("Bike Rides.csv", "--target", target, "--unit", "minutes", *options)
        return self.run("plumb", "adopt", *words)

    def run(self, *command: str) -> str:
        """Run a command that must succeed; give what it prints."""
        return run(self.root, *command).stdout

    def make(self, target: str) -> str:
        """Make a target with the environment of this Python; give what it prints."""
        return self.run(*MAKE, target)

    def commit(self, message: str) -> None:
        """Commit every file that git does not ignore, the table that was adopted apart."""
        (self.root / "Bike Rides.csv").unlink(missing_ok=True)
        commit(self.root, message)


def founded(folder: Path, task: str) -> House:
    """Copy this working tree to a folder, and commit it there."""
    house = House(copy_repository(folder), task)
    house.commit("Start")
    return house
