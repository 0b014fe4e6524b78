"""Play every case in fresh clones of this working tree: python -m tests.acceptance.everyday [CASE …]."""

import argparse
import sys
import time

from rich.console import Console
from rich.table import Table

from plumbline.kernel import git
from plumbline.kernel.errors import PlumblineError
from tests.acceptance.everyday import machine, with_data, with_git, with_registry, world

CASES = {case.__name__: case for theme in (machine, with_git, with_data, with_registry) for case in theme.CASES}


def main() -> int:
    """Play the cases, print each as right or wrong; 1 if one is wrong."""
    parser = argparse.ArgumentParser(prog="python -m tests.acceptance.everyday", description=__doc__)
    parser.add_argument("case", nargs="*", help="only these")
    names = parser.parse_args().case or list(CASES)
    if unknown := [name for name in names if name not in CASES]:
        parser.error(f"there is no case {', '.join(unknown)}; there are {', '.join(CASES)}")
    git.forget_hook()
    console, wrong = Console(width=150, highlight=False), 0
    table = Table("case", "seconds", "", title="What happens every day")
    with world.created() as clones:
        for name in names:
            begin, result = time.monotonic(), "right"
            try:
                CASES[name](clones)
            except (AssertionError, OSError, PlumblineError) as error:
                wrong, result = wrong + 1, "WRONG"
                console.print(f"{name}: {error}", markup=False)
            title = str(CASES[name].__doc__).splitlines()[0]
            table.add_row(title, f"{time.monotonic() - begin:.0f}", result)
            console.print(f"{name}: {result}")
    console.print(table)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
