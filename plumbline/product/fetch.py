"""Get releases from the product's repository, without a trace in the clone's remotes or tags."""

from pathlib import Path

from plumbline.kernel.errors import PlumblineError
from plumbline.product import house, release, repository
from plumbline.product.release import Release
from plumbline.product.repository import git

REFS = "refs/plumbline-upgrade"


def fetch(root: Path, ref: str, url: str) -> tuple[Release, Release]:
    """Get the release that the house came from, and the one of the tag.

    Raises:
        PlumblineError: There is no such tag, it is no later release, or the former one is not what the house came from.
    """
    if not url:
        raise PlumblineError("from where? give --from URL, or `plumb init --upstream URL` once")
    known = release.read(root)
    wanted = {ref: f"{REFS}/new"}
    if not repository.has_commit(root, known.commit):
        wanted.setdefault(f"v{known.version}", f"{REFS}/old")
    specs = [f"+refs/tags/{tag}:{private}" for tag, private in wanted.items()]
    git(root, "fetch", "--quiet", "--no-tags", "--no-write-fetch-head", "--refmap=", url, *specs)
    new = release.load(root, f"{REFS}/new")
    if repository.has_commit(root, known.commit):
        old = release.load(root, known.commit)
    else:
        old = release.load(root, f"{REFS}/old")
    if old.manifest().files != known.files:
        raise PlumblineError(f"v{known.version} of {url} is not the release that {release.MANIFEST} lists")
    version = new.house.product.version
    if ref != f"v{version}":
        raise PlumblineError(f"the tag {ref} is of version {version}, as its {house.FILE} says: it is no release")
    if _number(version) < _number(known.version):
        raise PlumblineError(
            f"{version} is older than {known.version}, and an upgrade does not go back: revert its commit"
        )
    return old, new


def _number(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split("."))
