"""Whether the DVC remote holds every object that git names, looked up object by object.

`dvc status --cloud` is not enough: it exits with 0 when objects are missing, it says nothing of a folder whose list is
neither in the cache nor on the remote, it takes a folder for complete once its list is there, and an object for whole
once there is anything of its name.
"""

from pathlib import Path
from typing import Any

from dvc.exceptions import DvcException
from dvc.repo import Repo

from plumbline.dvc import outputs, place
from plumbline.kernel import hashing
from plumbline.kernel.errors import PlumblineError


def missing(root: Path = Path(), remote: str | None = None) -> list[str]:
    """Look for the objects that the clone's `.dvc` files and `dvc.lock` name, whole.

    Those in a folder are hashed; elsewhere their size is compared, which costs no download.

    Args:
        root: The clone.
        remote: Name of the remote; the default remote if left out.

    Returns:
        A line for each object that the remote lacks or holds in part, which says what to do.

    Raises:
        PlumblineError: There is no such remote, or it cannot be reached.
    """
    try:
        with Repo(str(root)) as repo:
            cache, there = repo.cache.local, repo.cloud.get_remote_odb(remote)
            found = [_fault(item, cache, there) for item in outputs.objects(repo, [cache, there])]
    except (DvcException, OSError, ValueError) as error:
        raise PlumblineError(f"the DVC remote cannot be read: {error}\n{place.ACCESS}") from None
    return [line for line in found if line]


def why(root: Path = Path()) -> str:
    """Say why DVC could not pull or push here, and what to do."""
    folder = place.inside(root)
    if folder:
        return place.advice(folder)
    try:
        return "\n".join(missing(root))
    except PlumblineError as error:
        return str(error)


def corrupted(root: Path = Path()) -> list[str]:
    """Hash the objects of the local cache that the clone names.

    Returns:
        A line for each object whose content is not what its name says.
    """
    found = []
    with Repo(str(root)) as repo:
        cache = repo.cache.local
        for item in outputs.objects(repo, [cache]):
            path = Path(cache.oid_to_path(item.oid))
            if path.exists() and not _whole(item, path):
                found.append(
                    f"{item.path}: the cached object {item.oid} is corrupted; delete {path}, then `dvc pull --force`"
                )
    return found


def _whole(item: outputs.Object, path: Path) -> bool:
    return hashing.digest(path, "md5") == item.oid.removesuffix(".dir")


def _fault(item: outputs.Object, cache: Any, there: Any) -> str | None:
    """Say what is wrong with an object on the remote, and what to do; None if nothing is."""
    cached = cache.exists(item.oid)
    if there.exists(item.oid):
        path = there.oid_to_path(item.oid)
        if there.fs.protocol == "local":
            whole = _whole(item, Path(path))
        else:
            size = Path(cache.oid_to_path(item.oid)).stat().st_size if cached else item.size
            whole = size in (None, there.fs.info(path)["size"])
        if whole:
            return None
        return (
            f"{item.path}: object {item.oid} on the remote is damaged; delete {path} there, then `dvc push` from a"
            " clone that has the file"
        )
    what = f"{item.path}: object {item.oid} is not on the remote"
    if cached:
        return f"{what}, only in the local cache; run `dvc push`"
    return f"{what} nor in the local cache; whoever made it must run `dvc push`, or build it again with `dvc repro`"
