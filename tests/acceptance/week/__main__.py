"""Play the week of a team: plumb ci test-week."""

import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from rich.console import Console
from rich.table import Table

from plumbline.kernel import git
from tests.acceptance.everyday import world
from tests.acceptance.week.shared import served
from tests.acceptance.week.story import Step, Team

# A `dvc repro` that was killed is run by a person, bare.
_AFTER = (("git", "restore", "dvc.lock"), ("plumb", "data", "unlock"))


def steps(team: Team) -> Iterator[Step | Callable[[], None]]:
    """Give the steps in order, and between them what is done without being killed."""
    plumb, lines = "plumb", team.shared.lines
    begun, lock = team.file("ci", ".plumbline/official"), team.file("developer", "dvc.lock")

    # A build is long: each moment is once that of a kill.
    def official(name: str, *moments: Callable[[], object]) -> Step:
        return Step(name, "ci", (plumb, "model", "official"), moments)

    def promote(version: str) -> Step:
        return Step(f"promote {version}", "operator", (plumb, "release", "promote", version), (lines, team.aliases))

    def train(name: str) -> Step:
        return Step(name, "developer", ("dvc", "repro"), (lock, lock), _AFTER)

    yield official("first official build", begun, team.versions)
    yield promote("1")
    yield team.branch
    yield train("train on a branch")
    yield lambda: team.committed("Train a better model")
    yield lambda: team.run("ci", "git", "fetch", "--quiet") and None
    yield lambda: team.run("ci", "git", "switch", "--quiet", "--force", "better") and None
    yield Step("bring the branch's data", "ci", (plumb, "ci", "data"), (team.file("ci", "model/artifacts/bundle"),))
    yield Step("pull for the check", "ci", (plumb, "model", "pull"), (team.file("ci", "data/preprocessor.joblib"),))
    yield Step("check the branch", "ci", (plumb, "model", "check"), (team.file("ci", ".plumbline/gate.json"),))
    yield lambda: team.run("ci", "git", "switch", "--quiet", "--force", "main") and None
    yield lambda: team.run("ci", "git", "merge", "--quiet", "--ff-only", "better") and None
    yield Step("merge", "ci", ("git", "push", "--quiet", "origin", "main"))
    yield official("second official build", lines)
    yield lambda: team.at_once(dict.fromkeys(("operator", "developer"), (plumb, "release", "promote", "2")))
    yield Step("roll back", "operator", (plumb, "release", "rollback", "--reason", "complaints"), (lines, team.aliases))
    yield lambda: _refused(team)
    yield Step("end the hold", "operator", (plumb, "release", "end-hold"), (lines,))
    yield team.update
    yield Step(
        "update the data",
        "developer",
        (plumb, "data", "update"),
        (team.file("developer", "data/raw/evaluation_data.tsv"),),
        ((plumb, "data", "version"),),
    )
    yield Step("version the data", "developer", (plumb, "data", "version"), (team.file("developer", "data/raw"),))
    yield train("train on new data")
    yield lambda: team.committed("Train on one more year")
    yield lambda: team.run("ci", "git", "switch", "--quiet", "--force", "main") and None
    yield lambda: team.run("ci", "git", "pull", "--quiet", "--ff-only", "origin", "main") and None
    yield official("third official build", team.file("ci", ".plumbline/gate.json"), team.tags)
    yield lambda: team.at_once(
        {"ci": (plumb, "model", "official"), "operator": (plumb, "release", "promote", "2")},
    )
    yield promote("3")
    yield Step("look at all that is shared", "operator", (plumb, "release", "shared"))


def _refused(team: Team) -> None:
    said = team.clones["ci"].refused("plumb", "release", "promote", "2", **team.variables("ci"))
    assert f"human:otto rolled {team.model} back to version 1" in said, said


def main() -> int:
    """Play it, print a line for each step; 1 if something was lost, doubled or untrue."""
    git.forget_hook()
    console = Console(width=120, highlight=False)
    table = Table("step", "who", "killed", "seconds", title="A week of a team")
    with (
        tempfile.TemporaryDirectory(prefix="plumbline-week-") as folder,
        world.created() as clones,
        served(Path(folder)) as shared,
    ):
        team = Team(clones, shared)
        try:
            for step in steps(team):
                begin = time.monotonic()
                if not isinstance(step, Step):
                    step()
                    continue
                clone, variables = team.clones[step.who], team.variables(step.who)
                killed = sum(step.killed(clone, moment, variables) for moment in step.moments)
                clone.run(*step.command, **variables)
                table.add_row(step.name, step.who, str(killed), f"{time.monotonic() - begin:.0f}")
                console.print(f"{step.name}: done, after {killed} that were killed")
            team.check()
        except AssertionError as error:
            console.print(table)
            console.print(f"WRONG: {error}", markup=False)
            return 1
    console.print(table)
    console.print("nothing was lost, doubled or untrue")
    return 0


if __name__ == "__main__":
    sys.exit(main())
