"""What the monitor needs of a bundle, verified by hash (docs/bundle.md).

services.predict.app.fetch fills the folder that is read here; the signature is checked by `predict`, before it answers.
"""

import hashlib
from pathlib import Path
from urllib.parse import unquote, urlsplit

import msgspec

from services.common import contract as contracts
from services.common.contract import Contract


class BundleError(Exception):
    """The bundle cannot be used; the message says why."""


class Distribution(msgspec.Struct, frozen=True):
    """How a column's values were distributed in training.

    Attributes:
        counts: Rows by label of a category, or by bin of a number.
        edges: The bins' inner edges, ascending; none for a category.
        missing: Rows without a value.
    """

    counts: dict[str, int] | list[int]
    edges: list[float] = []
    missing: int = 0


class Reference(msgspec.Struct, frozen=True):
    """The distributions of the training data."""

    rows: int
    features: dict[str, Distribution]
    target: Distribution


class Lineage(msgspec.Struct, frozen=True):
    """The metrics of the model's evaluation, by name."""

    metrics: dict[str, float]


class Bundle(msgspec.Struct, frozen=True):
    """A bundle, as far as the monitor reads it."""

    sha256: str
    contract: Contract
    reference: Reference
    lineage: Lineage


def read(uri: str, sha256: str) -> Bundle:
    """Read a bundle from a folder.

    Raises:
        BundleError: It is not a folder, or a file is missing, altered or not as it must be.
    """
    parts = urlsplit(uri)
    if parts.scheme not in {"", "file"}:
        text = f"MONITOR_BUNDLE_URI is {uri}: fetch it into a folder first"
        raise BundleError(f"{text}, with python -m services.predict.app.fetch {uri} SHA256 FOLDER")
    folder = Path(unquote(parts.path) if parts.scheme else uri)
    manifest = _content(folder, "manifest.json", sha256)
    try:
        files = {name: entry["sha256"] for name, entry in msgspec.json.decode(manifest)["files"].items()}
        contents = {name: _content(folder, name, files[name]) for name in _FILES}
        return Bundle(
            sha256.lower(),
            contracts.parse(contents["contract.json"]),
            msgspec.json.decode(contents["reference.json"], type=Reference),
            msgspec.json.decode(contents["lineage.json"], type=Lineage),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise BundleError(f"the bundle in {folder} is not as docs/bundle.md says: {error}") from None


_FILES = ("contract.json", "reference.json", "lineage.json")


def _content(folder: Path, name: str, sha256: str) -> bytes:
    try:
        content = (folder / name).read_bytes()
    except OSError as error:
        raise BundleError(f"{folder / name} cannot be read: {error.strerror}") from None
    actual = hashlib.sha256(content).hexdigest()
    if actual != sha256.lower():
        raise BundleError(f"{folder / name} has sha256 {actual}; {sha256} was asked for")
    return content
