"""What DVC keeps for git: the objects that a clone names, and whether what lies here is made of them."""

import json
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dvc.repo import Repo

from plumbline.kernel import hashing


@dataclass(frozen=True)
class Object:
    """A file that DVC tracks: its path in the clone, the name of its object, and its bytes if they are known."""

    path: str
    oid: str
    size: int | None = None


def objects(repo: Any, stores: list[Any]) -> Iterator[Object]:
    """Give every object, a folder's list before the files that it lists."""
    for out in repo.index.outs:
        if not out.use_cache or not out.hash_info:
            continue
        path = Path(out.fspath).relative_to(repo.root_dir).as_posix()
        oid = out.hash_info.value
        folder = oid.endswith(".dir")
        yield Object(path, oid, None if folder else out.meta.size)  # a folder's is that of its files
        if folder:
            for entry in listed(oid, stores):
                yield Object(f"{path}/{entry['relpath']}", entry["md5"])


def listed(oid: str, stores: list[Any]) -> list[dict[str, str]]:
    """Read the list of a folder, from the first store that has it whole: `relpath` and `md5` of each file."""
    for store in stores:
        if store.exists(oid):
            with store.fs.open(store.oid_to_path(oid), "rb") as file:
                try:
                    entries: list[dict[str, str]] = json.load(file)
                except ValueError:
                    continue  # damaged, which is said of the list itself
                return entries
    return []  # the list itself is then what is missing


def other(root: Path, paths: Collection[str]) -> list[str]:
    """Choose of changed outputs those that hold what git does not name.

    Two kinds do not: what DVC does not keep, which git or its stage brings; and a folder that lacks files and holds no
    other, as a pull or a stage leaves it that was killed.
    """
    if not paths:
        return []
    with Repo(str(root)) as repo:
        return [
            path
            for out in repo.index.outs
            if (path := Path(out.fspath).relative_to(repo.root_dir).as_posix()) in paths
            and out.use_cache
            and not _unfinished(repo, out)
        ]


def _unfinished(repo: Any, out: Any) -> bool:
    folder = Path(out.fspath)
    if not out.hash_info or not folder.is_dir():
        return False
    named = {entry["relpath"]: entry["md5"] for entry in listed(out.hash_info.value, [repo.cache.local])}
    return all(
        named.get(Path(file).relative_to(folder).as_posix()) == hashing.digest(Path(file), "md5")
        for file in repo.dvcignore.find(out.fs, out.fspath)
    )
