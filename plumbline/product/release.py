"""A release: the commit of a tag, and the list of what it consists of."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from plumbline.kernel import jsonfile
from plumbline.kernel.config import Strict, parse
from plumbline.kernel.errors import PlumblineError
from plumbline.product import house, repository
from plumbline.product.house import House, Values
from plumbline.product.ownership import owner
from plumbline.product.repository import File
from plumbline.product.values import swap

MANIFEST = ".plumbline-release.json"


class Entry(Strict):
    """What one PRODUCT file must be, with the release's own values in it."""

    sha256: str
    executable: bool


class Manifest(Strict):
    """What a release consists of.

    Attributes:
        version: The release.
        commit: Its commit, from which a three-way merge starts.
        values: The values that stand in its files, before a house writes its own.
        files: Its PRODUCT files.
    """

    version: str
    commit: str
    values: Values
    files: dict[str, Entry]


@dataclass(frozen=True)
class Release:
    """The files of a release and what its plumbline.toml says."""

    commit: str
    house: House
    text: str
    files: Mapping[str, File]

    def manifest(self) -> Manifest:
        """Make the list of its PRODUCT files."""
        entries = {
            path: Entry(sha256=hashlib.sha256(file.content).hexdigest(), executable=file.executable)
            for path, file in self.files.items()
            if owner(path, self.house.paths) == "product"
        }
        version = self.house.product.version
        return Manifest(version=version, commit=self.commit, values=self.house.house, files=entries)

    def file(self, path: str, values: Values) -> File | None:
        """Give a file as it is in a house with these values; None if the release does not have it."""
        file = self.files.get(path)
        if file is None:
            return None
        return File(swap(path, file.content, self.house.house, values, self.house.carriers), file.mode)


def load(root: Path, commit: str) -> Release:
    """Read a release from a commit that the clone at `root` has.

    Raises:
        PlumblineError: The commit has no plumbline.toml, or one that this version cannot read.
    """
    commit = repository.line(root, "rev-parse", "--verify", f"{commit}^{{commit}}")
    files = repository.files(root, commit)
    if house.FILE not in files:
        raise PlumblineError(f"{commit} is no release of Plumbline: it has no {house.FILE}")
    text = files[house.FILE].content.decode()
    return Release(commit, house.loads(text, f"{house.FILE} of {commit[:12]}", lenient=True), text, files)


def read(root: Path = Path()) -> Manifest:
    """Read the list of the release that the clone at `root` came from.

    Raises:
        PlumblineError: There is none, or it is not as it must be.
    """
    path = root / MANIFEST
    if not path.exists():
        raise PlumblineError(f"{path} does not exist: `plumb init` writes it")
    return parse(Manifest, jsonfile.read(path), str(path))


def write(root: Path, manifest: Manifest) -> None:
    """Write the list into the clone at `root`."""
    jsonfile.write(root / MANIFEST, manifest.model_dump())
