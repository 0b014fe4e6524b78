"""Adopt a table of each task, and play all that a clone must pass: plumb ci test-adoption [TASK …] [--only STEP …]."""

import argparse
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from rich.console import Console
from rich.table import Table

from plumbline.kernel import git
from plumbline.kernel.errors import PlumblineError
from tests.acceptance import story
from tests.acceptance.adoption.house import TASKS, House, founded

BUILT = ("adopt", "demo")  # what every other step stands on
LOOKING = (  # the tests that look at the house itself; all others play on data of their own
    "tests/test_bundle.py",
    "tests/test_docs.py",
    "tests/test_pipeline.py",
    "plumbline/tests/adopt",
    "plumbline/tests/cli",
    "plumbline/tests/judge",
    "plumbline/tests/product",
    "plumbline/tests/ci/test_workflow_tools.py",
)


def steps(house: House) -> dict[str, Callable[[], str]]:
    """Give the steps by name, each of which says what was seen."""

    def demo() -> str:
        house.make("demo")
        house.commit("Adopt the rides")
        house.run("plumb", "hashes")
        return "a prediction is served, and what was built is what git names"

    def test() -> str:
        return _last(house.make("test"))

    def look() -> str:
        return _last(house.run("pytest", "-m", "not slow", *LOOKING))

    return {
        "adopt": lambda: house.adopt("--time", "Start").splitlines()[1],
        "demo": demo,
        "test": test,
        "look": look,
        "prove": lambda: _last(house.run("plumb", "prove")),
        "drill": lambda: _last(house.run("plumb", "drill")),
        "rehearse": lambda: _last(house.run("plumb", "rehearse")),
        "images": lambda: _last(house.make("images")),
    }


def _last(printed: str) -> str:
    return next((line.strip() for line in reversed(printed.splitlines()) if line.strip()), "")


def main() -> int:
    """Play the steps of each house and print their times; 1 if one failed."""
    parser = argparse.ArgumentParser(prog="plumb ci test-adoption", description=__doc__)
    parser.add_argument("task", nargs="*", help="only these; all by default")
    parser.add_argument(
        "--only", nargs="+", default=[], metavar="STEP", help="play these after the demo, and no others"
    )
    given = parser.parse_args()
    git.forget_hook()
    console, failed = Console(width=150, highlight=False), []
    for task in given.task or TASKS:
        table = Table("step", "seconds", "what was seen", title=f"A {task} table", title_justify="left")
        with tempfile.TemporaryDirectory(prefix="plumbline-adoption-") as folder:
            found = steps(founded(Path(folder) / "house", task))
            if unknown := set(given.only) - set(found):
                parser.error(f"there is no step {', '.join(sorted(unknown))}; there are {', '.join(found)}")
            wanted = {*BUILT, *(given.only or found)}
            played = {name: step for name, step in found.items() if name in wanted}
            wrong = story.play(played, table, console, (AssertionError, PlumblineError))
        console.print(table)
        failed += [f"{task}: {wrong}"] if wrong else []
    console.print(*failed, sep="\n", markup=False)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
