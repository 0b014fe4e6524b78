"""The work folder: where the steps of a run leave what they made, for one run at a time."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from plumbline.kernel import jsonfile
from plumbline.kernel.alone import alone
from plumbline.kernel.errors import PlumblineError


@dataclass(frozen=True)
class Work:
    """The paths in a work folder.

    Attributes:
        root: The folder.
        name: Of the clone in it.
    """

    root: Path
    name: str = "clone"

    @property
    def dataset(self) -> Path:
        """Folder of the fetched file, `dataset` with the suffix of its URL."""
        return self.root / "dataset"

    @property
    def fetched(self) -> Path:
        """What was fetched: URL, file, bytes and sha256."""
        return self.root / "fetch.json"

    @property
    def rows(self) -> Path:
        """The rows in the contract's columns, in the order of the source."""
        return self.root / "rows.tsv"

    @property
    def report(self) -> Path:
        """The report of the validation, with the extraction that gave the rows."""
        return self.root / "validation.json"

    @property
    def quarantine(self) -> Path:
        """RefusedError data sets, each in a folder that bears its hash."""
        return self.root / "quarantine"

    @property
    def clone(self) -> Path:
        """The clone of the repository that names the versions."""
        return self.root / self.name


def read(path: Path, step: str) -> dict[str, object]:
    """Read what an earlier step left.

    Raises:
        PlumblineError: That step has not finished in this work folder.
    """
    if not path.exists():
        raise PlumblineError(f"{path} is not there: run the step `{step}` in this work folder first")
    content: dict[str, object] = jsonfile.read(path)
    return content


@contextmanager
def locked(root: Path) -> Iterator[Work]:
    """Hold the work folder; another run on it waits."""
    with alone("run of the data pipeline", root / "lock"):
        work = Work(root.absolute())
        for left in work.clone.glob(".git/*.lock"):  # by a git that was killed, for nobody else is here
            left.unlink()
        yield work
