"""Set the DVC remote of the repository, a folder of the clone by default, to one that clones share."""

import contextlib
import sys
from pathlib import Path
from urllib.parse import urlsplit

from plumbline.dvc import call, place, remote
from plumbline.kernel import command, git, log
from plumbline.kernel.errors import PlumblineError

NAME = "storage"
_CONFIG = Path(".dvc/config")
_BUILD = "`make data pipeline` builds what is not here"


def check(url: str) -> None:
    """Refuse what is no remote, and a URL that holds a secret.

    Raises:
        PlumblineError: The URL is empty, its scheme is not known, or it carries a password.
    """
    if not url:
        raise PlumblineError("no URL was given: `plumb data remote s3://BUCKET/PREFIX`, or a folder")
    parts = urlsplit(url)
    if parts.scheme not in ("", "s3") or (parts.scheme == "s3" and not parts.netloc):
        raise PlumblineError(
            f"{url} is neither s3://BUCKET/PREFIX nor a folder; others need a DVC plugin: install it"
            " with requirements/pipeline.in"
        )
    if "@" in parts.netloc and ":" in parts.netloc.split("@")[0]:
        raise PlumblineError("the URL holds a password: leave it out and set the credentials in the environment")


def set_remote(url: str, root: Path = Path(), endpoint: str | None = None) -> None:
    """Make `url` the default remote, in the `.dvc/config` that git keeps.

    Args:
        url: A folder or s3://BUCKET/PREFIX.
        root: The clone.
        endpoint: URL of an S3 server other than Amazon's.

    Raises:
        PlumblineError: As `check`, or DVC refuses it.
    """
    check(url)
    if not urlsplit(url).scheme:
        url = str(Path(url).absolute())
    call.run("remote", "add", "--force", "--default", NAME, url, folder=root)
    if endpoint:
        call.run("remote", "modify", NAME, "endpointurl", endpoint, folder=root)


def move(url: str, root: Path = Path(), endpoint: str | None = None) -> None:
    """Bring everything that git names to another remote, make it the default one, and commit that to git.

    Nothing is deleted from the remote before. What fails leaves `.dvc/config` as it was.

    Raises:
        PlumblineError: As `set_remote`; something that git names is neither here nor on the remote before, or the new
            one refuses it.
    """
    config = root / _CONFIG
    before = config.read_bytes()
    with contextlib.suppress(PlumblineError):  # the remote before may be gone; what is missing then is named below
        call.run("fetch", folder=root)
    try:
        set_remote(url, root, endpoint)
        call.run("push", folder=root, advice=_BUILD)
        _check_whole(root)
        if config.read_bytes() != git.show("HEAD", _CONFIG.as_posix(), root):
            message = ("--message", f"Keep the data at {url}")
            command.run("git", "commit", "--quiet", *message, "--only", "--", str(_CONFIG), folder=root)
    except BaseException:
        config.write_bytes(before)
        raise


def _check_whole(root: Path) -> None:
    lost = remote.missing(root)
    if lost:
        raise PlumblineError("\n".join(["the new remote does not hold all that git names:", *lost, _BUILD]))


def main(url: str = "", /, *, endpoint: str = "") -> None:
    """Bring everything to another DVC remote, as one commit; without a URL, say where the remote is.

    Args:
        url: s3://BUCKET/PREFIX or a folder.
        endpoint: URL of an S3 server other than Amazon's.
    """
    if url:
        move(url, endpoint=endpoint or None)
        log.get("remote").info("moved", url=url, file=str(_CONFIG), next="git push; then every clone can dvc pull")
        return
    folder = place.inside()
    text = place.advice(folder) if folder else f"The DVC remote is {place.url() or 'not set: plumb data remote URL'}"
    sys.stdout.write(f"{text}\n")
