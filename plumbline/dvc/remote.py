"""Whether the DVC remote holds every object that git names, looked up object by object.

`dvc status --cloud` is not enough: it exits with 0 when objects are missing, it says nothing of a folder whose list is
neither in the cache nor on the remote, and it takes a folder for complete once its list is there.
"""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dvc.exceptions import DvcException
from dvc.repo import Repo

from plumbline.kernel.errors import PlumblineError


@dataclass(frozen=True)
class Object:
    """A file that DVC tracks: its path in the clone and the name of its object."""

    path: str
    oid: str


def missing(root: Path = Path(), remote: str | None = None) -> list[str]:
    """Look for the objects that the clone's `.dvc` files and `dvc.lock` name.

    Args:
        root: The clone.
        remote: Name of the remote; the default remote if left out.

    Returns:
        A line for each object that the remote lacks, which says what to do.

    Raises:
        PlumblineError: There is no such remote, or it cannot be reached.
    """
    try:
        with Repo(str(root)) as repo:
            cache, there = repo.cache.local, repo.cloud.get_remote_odb(remote)
            return [
                _advice(item, cache.exists(item.oid))
                for item in _objects(repo, [cache, there])
                if not there.exists(item.oid)
            ]
    except (DvcException, OSError, ValueError) as error:
        raise PlumblineError(
            f"the DVC remote cannot be read: {error}\nAsk whoever runs it for access (read is enough to pull), and set"
            " the credentials in the environment, for S3 as AWS_PROFILE or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY."
        ) from None


def corrupted(root: Path = Path()) -> list[str]:
    """Hash the objects of the local cache that the clone names.

    Returns:
        A line for each object whose content is not what its name says.
    """
    found = []
    with Repo(str(root)) as repo:
        cache = repo.cache.local
        for item in _objects(repo, [cache]):
            path = Path(cache.oid_to_path(item.oid))
            if path.exists() and hashlib.md5(path.read_bytes()).hexdigest() != item.oid.removesuffix(".dir"):  # noqa: S324
                found.append(
                    f"{item.path}: the cached object {item.oid} is corrupted; delete {path}, then `dvc pull --force`"
                )
    return found


def _objects(repo: Any, stores: list[Any]) -> Iterator[Object]:
    """Give every object, a folder's list before the files that it lists."""
    for out in repo.index.outs:
        if not out.use_cache or not out.hash_info:
            continue
        path = Path(out.fspath).relative_to(repo.root_dir).as_posix()
        oid = out.hash_info.value
        yield Object(path, oid)
        if oid.endswith(".dir"):
            for entry in _listed(oid, stores):
                yield Object(f"{path}/{entry['relpath']}", entry["md5"])


def _listed(oid: str, stores: list[Any]) -> list[dict[str, str]]:
    for store in stores:
        if store.exists(oid):
            with store.fs.open(store.oid_to_path(oid), "rb") as file:
                entries: list[dict[str, str]] = json.load(file)
                return entries
    return []  # the list itself is then what is missing


def _advice(item: Object, cached: bool) -> str:
    what = f"{item.path}: object {item.oid} is not on the remote"
    if cached:
        return f"{what}, only in the local cache; run `dvc push`"
    return f"{what} nor in the local cache; whoever made it must run `dvc push`, or build it again with `dvc repro`"
