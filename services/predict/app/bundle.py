"""A bundle, read and verified file by file (docs/bundle.md)."""

import datetime
import hashlib
import os
import re
import stat
from pathlib import Path
from typing import Annotated, TypeVar

import msgspec

from services.common import contract as contracts
from services.common.contract import Contract
from services.predict.app import signature

MANIFEST = "manifest.json"
REQUIRED = frozenset({"model.onnx", "contract.json", "golden.json", "reference.json", "lineage.json"})
# Written about a bundle after its manifest, and therefore not in it.
BESIDE = frozenset({"release.json", signature.FILE, "provenance.json", "sbom.cdx.json"})
_LARGEST = 1 << 30  # bytes; a larger file is not one of ours
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,127}")

T = TypeVar("T")


class BundleError(Exception):
    """The bundle cannot be served; the message says why."""


class Entry(msgspec.Struct, frozen=True):
    """One file of the manifest."""

    sha256: str
    size: int


class Manifest(msgspec.Struct, frozen=True):
    """The files that the bundle consists of."""

    schema_version: int
    files: dict[str, Entry]


class Release(msgspec.Struct, frozen=True):
    """Who released the bundle and when; `version` is its version in the model registry."""

    bundle_sha256: str
    version: str | None = None
    released_at: Annotated[datetime.datetime, msgspec.Meta(tz=True)] | None = None


class Bundle(msgspec.Struct, frozen=True):
    """A bundle whose every byte has been checked.

    Attributes:
        sha256: Of manifest.json: the bundle's identity.
        files: Content of each file by name; `release.json` too if it is there.
        release: What release.json says; None for a bundle that nobody registered.
    """

    sha256: str
    files: dict[str, bytes]
    contract: Contract
    release: Release | None

    @property
    def version(self) -> str | None:
        """The version in the model registry; None for a bundle that nobody registered."""
        return self.release.version if self.release else None


def read(folder: Path, sha256: str, public_key: Path | None) -> Bundle:
    """Read a bundle and verify it.

    Args:
        folder: Where its files are.
        sha256: What manifest.json must hash to; empty to accept any.
        public_key: PEM file of the keys that may have signed it; None to accept a bundle that nobody signed.

    Raises:
        BundleError: A file is missing, foreign, altered or not what it should be.
    """
    names = _list(folder)
    if MANIFEST not in names:
        raise BundleError(f"{folder} holds no {MANIFEST}: it is not a bundle")
    contents = _read(folder, names, public_key)
    raw = contents[MANIFEST]
    actual = hashlib.sha256(raw).hexdigest()
    if sha256 and actual != sha256.lower():
        raise BundleError(f"{MANIFEST} has sha256 {actual}; {sha256} was asked for")
    manifest = _parse(raw, Manifest, MANIFEST)
    _check_names(manifest, names)
    files = {name: _verified(name, contents[name], entry) for name, entry in manifest.files.items()}
    try:
        contract = contracts.parse(files["contract.json"])
    except ValueError as error:
        raise BundleError(f"contract.json is not as it must be: {error}") from None
    release = None
    if "release.json" in names:
        files["release.json"] = contents["release.json"]
        release = _parse(files["release.json"], Release, "release.json")
        if release.bundle_sha256 != actual:
            raise BundleError(f"release.json is of another bundle, {release.bundle_sha256}")
    return Bundle(actual, files, contract, release)


def _list(folder: Path) -> frozenset[str]:
    try:
        entries = list(os.scandir(folder))
    except OSError as error:
        raise BundleError(f"the bundle's folder {folder} cannot be read: {error.strerror}") from None
    for entry in entries:
        if entry.is_symlink() or not entry.is_file(follow_symlinks=False):
            raise BundleError(f"{entry.name} is not a regular file; a bundle holds nothing else")
    return frozenset(entry.name for entry in entries)


def _read(folder: Path, names: frozenset[str], public_key: Path | None) -> dict[str, bytes]:
    """Read every file once; nothing of a file is looked at before it is known to be as it was signed."""
    if public_key is None:
        return {name: _content(folder / name) for name in names}
    if signature.FILE not in names:
        raise BundleError(f"the bundle is not signed: it has no {signature.FILE}")
    try:
        signed = signature.files(_content(folder / signature.FILE), public_key)
    except signature.SignatureError as error:
        raise BundleError(str(error)) from None
    differing = (names - {signature.FILE}) ^ signed.keys()
    if differing:
        raise BundleError(f"the bundle holds other files than were signed: {', '.join(sorted(differing))}")
    contents = {name: _content(folder / name) for name in signed}
    for name, content in contents.items():
        if hashlib.sha256(content).hexdigest() != signed[name]:
            raise BundleError(f"{name} is not as it was signed")
    return contents


def _check_names(manifest: Manifest, names: frozenset[str]) -> None:
    if manifest.schema_version != contracts.SCHEMA_VERSION:
        raise BundleError(f"{MANIFEST} has the unknown schema_version {manifest.schema_version}")
    for name in manifest.files:
        if not _NAME.fullmatch(name) or name == MANIFEST or name in BESIDE:
            raise BundleError(f"{MANIFEST} lists {name!r}, which no bundle may hold")
    listed = frozenset(manifest.files)
    for text, found in (
        (f"{MANIFEST} does not list", REQUIRED - listed),
        ("the bundle lacks", listed - names),
        (f"the bundle holds what {MANIFEST} does not list:", names - listed - BESIDE - {MANIFEST}),
    ):
        if found:
            raise BundleError(f"{text} {', '.join(sorted(found))}")


def _verified(name: str, content: bytes, entry: Entry) -> bytes:
    if len(content) != entry.size:
        raise BundleError(f"{name} has {len(content)} bytes; {MANIFEST} says {entry.size}")
    actual = hashlib.sha256(content).hexdigest()
    if actual != entry.sha256:
        raise BundleError(f"{name} has sha256 {actual}; {MANIFEST} says {entry.sha256}")
    return content


def _content(path: Path) -> bytes:
    """Read a file through one descriptor, so that what was checked is what is read."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW)
        with os.fdopen(descriptor, "rb") as file:
            status = os.fstat(descriptor)
            if not stat.S_ISREG(status.st_mode) or status.st_size > _LARGEST:
                raise BundleError(f"{path.name} is not a regular file of at most {_LARGEST} bytes")
            return file.read()
    except OSError as error:
        raise BundleError(f"{path.name} cannot be read: {error.strerror}") from None


def _parse(raw: bytes, kind: type[T], name: str) -> T:
    try:
        return msgspec.json.decode(raw, type=kind)
    except (ValueError, RecursionError) as error:
        raise BundleError(f"{name} is not as it must be: {error}") from None
