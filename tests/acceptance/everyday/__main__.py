"""Play every case in fresh clones of this working tree: plumb ci test-everyday [CASE …]."""

import argparse
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from rich.console import Console
from rich.table import Table

from plumbline.kernel import git
from plumbline.kernel.errors import PlumblineError
from tests.acceptance.everyday import machine, with_data, with_git, with_registry, world
from tests.acceptance.everyday.world import World

CASES = {case.__name__: case for theme in (machine, with_git, with_data, with_registry) for case in theme.CASES}
_AT_ONCE = 3  # each in clones of its own; on two cores, for a case waits a third of its time


@dataclass(frozen=True)
class Played:
    """How long a case took, and what was wrong with it: nothing if that is empty."""

    seconds: float
    wrong: str


def main() -> int:
    """Play the cases, print each as right or wrong; 1 if one is wrong."""
    parser = argparse.ArgumentParser(prog="plumb ci test-everyday", description=__doc__)
    parser.add_argument("case", nargs="*", help="only these")
    names = parser.parse_args().case or list(CASES)
    if unknown := [name for name in names if name not in CASES]:
        parser.error(f"there is no case {', '.join(unknown)}; there are {', '.join(CASES)}")
    git.forget_hook()
    console, wrong = Console(width=150, highlight=False), 0
    table = Table("case", "seconds", "", title="What happens every day")
    with world.created() as clones, ThreadPoolExecutor(_AT_ONCE) as pool:
        for name, played in zip(names, pool.map(lambda name: _play(CASES[name], clones), names), strict=True):
            title = str(CASES[name].__doc__).splitlines()[0]
            table.add_row(title, f"{played.seconds:.0f}", "WRONG" if played.wrong else "right")
            console.print(f"{name}: {played.wrong or 'right'}", markup=False)
            wrong += bool(played.wrong)
    console.print(table)
    return 1 if wrong else 0


def _play(case: Callable[[World], None], clones: World) -> Played:
    begin, wrong = time.monotonic(), ""
    try:
        case(clones)
    except (AssertionError, OSError, PlumblineError) as error:
        wrong = f"WRONG: {error}"
    return Played(time.monotonic() - begin, wrong)


if __name__ == "__main__":
    sys.exit(main())
