"""Where bundles come from: a folder of this machine, or object storage."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from urllib.parse import unquote, urlsplit

import msgspec

from plumbline.bundle import BundleError
from plumbline.bundle.files import BESIDE, MANIFEST

_MOST_FILES = 32
_MOST_BYTES = 1 << 30
_MOST_BESIDE = 1 << 24  # bytes of the manifest, and of each file beside it


class Location(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A bundle by address and content.

    Attributes:
        uri: Path, `file:` or `s3:` URI of the bundle's folder.
        sha256: Of its manifest.json; empty only where the settings allow any bundle.
    """

    uri: str
    sha256: str = ""


@contextmanager
def folder(location: Location) -> Iterator[Path]:
    """Give the bundle's folder, downloaded if need be, for as long as the context lasts.

    Nothing is verified here: a download is read and checked like any other folder.

    Raises:
        BundleError: The URI is not one of ours, or nothing can be read from it.
    """
    try:
        parts = urlsplit(location.uri)
    except ValueError as error:
        raise BundleError(f"{location.uri} is no URI: {error}") from None
    if parts.scheme in {"", "file"}:
        if parts.netloc not in {"", "localhost"}:
            raise BundleError(f"{location.uri} names another host; write file:///path")
        yield Path(unquote(parts.path) if parts.scheme else location.uri)
    elif parts.scheme == "s3":
        with tempfile.TemporaryDirectory(prefix="bundle-") as temporary:
            _download(location.uri, Path(temporary))
            yield Path(temporary)
    else:
        raise BundleError(f"{location.uri}: the scheme must be file: or s3:")


def check_size(name: str, size: int) -> None:
    """Refuse a file that is too large for what it is, before it is copied.

    Args:
        name: Of the file. The manifest says how long those are that it lists; it and those beside it are short.
        size: In bytes.

    Raises:
        BundleError: It is too large.
    """
    if name in {MANIFEST, *BESIDE} and size > _MOST_BESIDE:
        raise BundleError(f"{name} has {size} bytes; at most {_MOST_BESIDE} are read")


def _download(uri: str, target: Path) -> None:
    import obstore  # only where it is used: it takes time and memory to load
    from obstore.exceptions import BaseError
    from obstore.store import from_url

    try:
        store = from_url(uri)
        listed = obstore.list_with_delimiter(store)
        files = listed["objects"]
        if listed["common_prefixes"]:
            raise BundleError(f"{uri} holds folders; a bundle has none")
        if len(files) > _MOST_FILES or sum(file["size"] for file in files) > _MOST_BYTES:
            raise BundleError(f"{uri} holds {len(files)} files: too many or too large for a bundle")
        for file in files:
            name = PurePosixPath(file["path"]).name
            check_size(name, file["size"])
            with (target / name).open("xb") as copy:
                for chunk in obstore.get(store, file["path"]).stream():
                    copy.write(chunk)
    except (BaseError, OSError, ValueError) as error:
        said = str(error).partition("\n\nDebug source")[0]  # what follows is for the library's own developers
        raise BundleError(f"{uri} cannot be downloaded: {said}") from None
