"""Set the DVC remote of the repository, a local folder by default, to another one."""

import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit

from plumbline.kernel import log
from plumbline.kernel.errors import PlumblineError

NAME = "storage"


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
    _dvc(root, "remote", "add", "--force", "--default", NAME, url)
    if endpoint:
        _dvc(root, "remote", "modify", NAME, "endpointurl", endpoint)


def _dvc(root: Path, *arguments: str) -> None:
    command = [sys.executable, "-m", "dvc", *arguments]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)
    if done.returncode:
        raise PlumblineError(f"`dvc {' '.join(arguments[:2])}` failed: {done.stderr.strip()}")


def main(url: str, /) -> None:
    """Set the DVC remote.

    Args:
        url: s3://BUCKET/PREFIX or a folder.
    """
    set_remote(url)
    log.get("remote").info("set", url=url, file=".dvc/config", next="commit .dvc/config, then plumb data push")
