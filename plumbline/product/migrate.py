"""Run a release's migrations on a house that has not had them."""

import re
import runpy
from pathlib import Path

from plumbline.kernel.errors import PlumblineError

FOLDER = Path("plumbline/product/migrations")
_NAME = re.compile(r"(\d{4})_\w+\.py")


def numbered(root: Path) -> dict[int, Path]:
    """Give the migrations of the tree at `root` by their numbers, in order.

    Raises:
        PlumblineError: Two have the same number.
    """
    found: dict[int, Path] = {}
    for path in sorted((root / FOLDER).glob("*.py")):
        match = _NAME.fullmatch(path.name)
        if match and found.setdefault(int(match[1]), path) != path:
            raise PlumblineError(f"{path.name} and {found[int(match[1])].name} have the same number")
    return found


def migrate(root: Path, last: int) -> tuple[list[str], int]:
    """Run the migrations of the tree at `root` whose numbers are above `last`.

    Returns:
        Their names, and the number of the last one.

    Raises:
        PlumblineError: One of them failed.
    """
    ran = []
    for number, path in numbered(root).items():
        if number <= last:
            continue
        try:
            runpy.run_path(str(path))["migrate"](root)  # by its path: the package that runs is the former release's
        except Exception as error:
            raise PlumblineError(f"the migration {path.stem} failed: {error}") from error
        ran.append(path.stem)
        last = number
    return ran, last
