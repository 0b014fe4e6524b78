"""Read a bundle and verify it, file by file.

What says how large a file may be, and what it must hash to, is known before the file is read.
"""

import hashlib
import os
import re
import stat
from pathlib import Path

import msgspec

from plumbline.bundle import BundleError
from plumbline.bundle.contract import Contract
from plumbline.bundle.files import (
    BESIDE,
    CONTRACT,
    GOLDEN,
    LINEAGE,
    MANIFEST,
    REFERENCE,
    RELEASE,
    REQUIRED,
    SIGNATURE,
    Entry,
    Golden,
    Lineage,
    Manifest,
    Reference,
    Release,
    T,
    decode,
)

_PARTS: dict[type, str] = {
    Contract: CONTRACT, Golden: GOLDEN, Reference: REFERENCE, Lineage: LINEAGE, Manifest: MANIFEST, Release: RELEASE,
}  # fmt: skip
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,127}")
_LARGEST = 1 << 30  # bytes of all that a manifest lists: more is not one of ours
_LARGEST_TEXT = 1 << 24  # bytes of the manifest, and of each file beside it


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
    golden: Golden
    reference: Reference
    lineage: Lineage
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
    actual, files = verify(folder, sha256, public_key)
    release = decode(files[RELEASE], Release, RELEASE) if RELEASE in files else None
    if release and release.bundle_sha256 != actual:
        raise BundleError(f"{RELEASE} is of another bundle, {release.bundle_sha256}")
    return Bundle(
        actual,
        files,
        decode(files[CONTRACT], Contract, CONTRACT),
        decode(files[GOLDEN], Golden, GOLDEN),
        decode(files[REFERENCE], Reference, REFERENCE),
        decode(files[LINEAGE], Lineage, LINEAGE),
        release,
    )


def part(folder: Path, kind: type[T]) -> T:
    """Read one file of a bundle; what a manifest or a signature says of it is not looked at, unlike in `read`.

    Args:
        folder: Where the bundle's files are.
        kind: What the file holds, which is its name, too: `Contract` is in contract.json.

    Raises:
        BundleError: The file is missing, or not what it should be.
    """
    name = _PARTS[kind]
    try:
        return decode(_content(folder / name, {}), kind, name)
    except BundleError as error:
        raise BundleError(f"{folder}: {error}") from None


def identity(folder: Path) -> str:
    """Give the sha256 of a bundle's manifest.json, which is what the bundle is known by.

    Raises:
        BundleError: There is no manifest.
    """
    return hashlib.sha256(_content(folder / MANIFEST, {})).hexdigest()


def verify(folder: Path, sha256: str, public_key: Path | None) -> tuple[str, dict[str, bytes]]:
    """Give the sha256 of a bundle and the content of its files, as they were signed and as the manifest lists them.

    Args and Raises: as of `read`.
    """
    names = _list(folder)
    if MANIFEST not in names:
        raise BundleError(f"{folder} holds no {MANIFEST}: it is not a bundle")
    signed = _signed(folder, names, public_key)
    raw = _content(folder / MANIFEST, signed)
    actual = hashlib.sha256(raw).hexdigest()
    if sha256 and actual != sha256.lower():
        raise BundleError(f"{MANIFEST} has sha256 {actual}; {sha256} was asked for")
    listed = decode(raw, Manifest, MANIFEST).files
    _check_names(listed, names)
    files = {name: _content(folder / name, signed, entry) for name, entry in listed.items()}
    for name in BESIDE:
        if name in names and name != SIGNATURE:
            content = _content(folder / name, signed)
            if name == RELEASE:  # the others are for people and auditors
                files[name] = content
    return actual, files


def _list(folder: Path) -> frozenset[str]:
    try:
        entries = list(os.scandir(folder))
    except OSError as error:
        raise BundleError(f"the bundle's folder {folder} cannot be read: {error.strerror}") from None
    for entry in entries:
        if entry.is_symlink() or not entry.is_file(follow_symlinks=False):
            raise BundleError(f"{entry.name} is not a regular file; a bundle holds nothing else")
    return frozenset(entry.name for entry in entries)


def _signed(folder: Path, names: frozenset[str], public_key: Path | None) -> dict[str, str]:
    """Give the sha256 of every file but the signature, if a key is to have signed them; else nothing."""
    if public_key is None:
        return {}
    from plumbline.bundle import signature  # only where it is used: who asks for no signature carries no cryptography

    if SIGNATURE not in names:
        raise BundleError(f"the bundle is not signed: it has no {SIGNATURE}")
    signed = signature.files(_content(folder / SIGNATURE, {}), public_key)
    differing = (names - {SIGNATURE}) ^ signed.keys()
    if differing:
        raise BundleError(f"the bundle holds other files than were signed: {', '.join(sorted(differing))}")
    return signed


def _check_names(listed: dict[str, Entry], names: frozenset[str]) -> None:
    for name in listed:
        if not _NAME.fullmatch(name) or name == MANIFEST or name in BESIDE:
            raise BundleError(f"{MANIFEST} lists {name!r}, which no bundle may hold")
    for text, found in (
        (f"{MANIFEST} does not list", REQUIRED - listed.keys()),
        ("the bundle lacks", listed.keys() - names),
        (f"the bundle holds what {MANIFEST} does not list:", names - listed.keys() - {MANIFEST, *BESIDE}),
    ):
        if found:
            raise BundleError(f"{text} {', '.join(sorted(found))}")
    if sum(entry.size for entry in listed.values()) > _LARGEST:
        raise BundleError(f"{MANIFEST} lists more than {_LARGEST} bytes")


def _content(path: Path, signed: dict[str, str], entry: Entry | None = None) -> bytes:
    """Read a file through one descriptor, so that what was checked is what is read.

    Args:
        path: Of the file.
        signed: The sha256 of each signed file; empty if no signature was asked for.
        entry: The file's entry in the manifest, which has been verified; None for a file that has none.
    """
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW)
        with os.fdopen(descriptor, "rb") as file:
            status = os.fstat(descriptor)
            if not stat.S_ISREG(status.st_mode):
                raise BundleError(f"{path.name} is not a regular file")
            if entry and status.st_size != entry.size:
                raise BundleError(f"{path.name} has {status.st_size} bytes; {MANIFEST} says {entry.size}")
            if not entry and status.st_size > _LARGEST_TEXT:
                raise BundleError(f"{path.name} has {status.st_size} bytes; at most {_LARGEST_TEXT} are read")
            content = file.read(status.st_size)  # no more, should it grow meanwhile
    except OSError as error:
        raise BundleError(f"{path.name} cannot be read: {error.strerror}") from None
    actual = hashlib.sha256(content).hexdigest()
    if signed.get(path.name, actual) != actual:
        raise BundleError(f"{path.name} is not as it was signed")
    if entry and actual != entry.sha256:
        raise BundleError(f"{path.name} has sha256 {actual}; {MANIFEST} says {entry.sha256}")
    return content
