"""Files that come into being as a whole: a process that is killed leaves the old one or none, never half of one."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


def beside(path: Path) -> Path:
    """Name the place beside `path` for the new file.

    Git and DVC ignore what a killed process leaves there, by the beginning of its name; its end is that of `path`, from
    which libraries choose a format.
    """
    return path.with_name(f".partial-{os.getpid()}-{path.name}")


@contextmanager
def whole(path: Path) -> Iterator[Path]:
    """Give a place beside `path` for the new file, which takes the place of the old one at the end."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = beside(path)
    try:
        yield partial
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)
