"""Folders of tables, on this machine or in S3: listed, fetched, and written a file at a time."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import Any

import fsspec
from fsspec.implementations.local import LocalFileSystem

from plumbline.ingest.files import SUFFIXES
from plumbline.kernel.errors import PlumblineError

_NO_CACHE = {"use_listings_cache": False, "skip_instance_cache": True}  # others write there, too
_PARTIAL = ".partial-*"  # as `plumbline.kernel.files.beside` names what is being written


class Folder:
    """A folder by its path, or a prefix of a bucket by its s3:// URL.

    Attributes:
        url: As it was given, without a slash at its end.
        path: Where it lies on this machine; None if it does not.
    """

    def __init__(self, url: str) -> None:
        self.url = url.rstrip("/") or "/"
        with self._told(self.url, "used"):
            self._system, self._root = fsspec.core.url_to_fs(self.url, **_NO_CACHE)
        self.path = Path(self._root) if isinstance(self._system, LocalFileSystem) else None

    def tables(self) -> list[str]:
        """Name the tables in it and below, sorted; what begins with a dot or an underscore is passed by.

        Raises:
            PlumblineError: It cannot be listed.
        """
        with self._told(self.url, "listed"):
            if self.path and not self.path.is_dir():
                raise NotADirectoryError("it is no folder")
            found = self._system.find(self._root)
        names = (name.removeprefix(self._root).lstrip("/") for name in found)
        return sorted(name for name in names if _is_table(PurePosixPath(name)))

    def about(self, name: str) -> dict[str, Any] | None:
        """Give the `size` of a file in bytes, and its `tag` where it has one, which differs for other bytes; or None.

        Raises:
            PlumblineError: That cannot be told.
        """
        with self._told(self._url(name), "read"):
            try:
                found = self._system.info(f"{self._root}/{name}")
            except FileNotFoundError:
                return None
        return {"size": found["size"], "tag": found.get("ETag")}

    def read(self, name: str) -> bytes | None:
        """Give the content of a small file; None if it is not there.

        Raises:
            PlumblineError: It cannot be read.
        """
        with self._told(self._url(name), "read"):
            try:
                content: bytes = self._system.cat_file(f"{self._root}/{name}")
            except FileNotFoundError:
                return None
        return content

    @contextmanager
    def fetched(self, name: str) -> Iterator[Path]:
        """Give a file on this machine, for as long as the context lasts if it has to be copied.

        Raises:
            PlumblineError: It cannot be read.
        """
        if self.path:
            yield self.path / name
            return
        with tempfile.TemporaryDirectory(prefix="score-") as folder:
            copy = Path(folder, PurePosixPath(name).name)
            with self._told(self._url(name), "read"):
                self._system.get_file(f"{self._root}/{name}", str(copy))
            yield copy

    @contextmanager
    def written(self, *names: str) -> Iterator[list[Path]]:
        """Give places on this machine for files of one folder; at the end they are here as the context left them.

        They come in their order, each as a whole, and what the context did not write is not here any longer.

        Raises:
            PlumblineError: They cannot be written.
        """
        if self.path:
            with self._told(self._url(names[0]), "written"):
                (self.path / names[0]).parent.mkdir(parents=True, exist_ok=True)
            yield [self.path / name for name in names]
            return
        with tempfile.TemporaryDirectory(prefix="score-") as folder:
            places = [Path(folder, PurePosixPath(name).name) for name in names]
            yield places
            for name, place in zip(names, places, strict=True):
                with self._told(self._url(name), "written"):
                    target = f"{self._root}/{name}"
                    if place.exists():
                        self._system.put_file(str(place), target)
                    elif self._system.exists(target):
                        self._system.rm_file(target)

    def sweep(self) -> None:
        """Remove what a killed process has left of the files that it was writing."""
        for left in self.path.rglob(_PARTIAL) if self.path else ():
            left.unlink(missing_ok=True)

    def _url(self, name: str) -> str:
        return f"{self.url}/{name}"

    @contextmanager
    def _told(self, url: str, done: str) -> Iterator[None]:
        """Say in one line what went wrong."""
        try:
            yield
        except PlumblineError:
            raise
        except Exception as error:  # every file system has errors of its own
            said = getattr(error, "strerror", None) or " ".join(str(error).split()) or type(error).__name__
            raise PlumblineError(f"{url} cannot be {done}: {said}") from None


def _is_table(name: PurePosixPath) -> bool:
    return name.suffix.lower() in SUFFIXES and not any(part.startswith((".", "_")) for part in name.parts)
