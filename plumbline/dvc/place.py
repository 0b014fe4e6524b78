"""Where the DVC remote lies: one inside the clone serves this clone alone, which `dvc pull` does not say."""

from pathlib import Path
from urllib.parse import urlsplit

from dvc.config import Config

ACCESS = (
    "Ask whoever runs the DVC remote for access (read is enough to pull), and set the credentials in the environment,"
    " for S3 as AWS_PROFILE or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY."
)


def url(root: Path = Path()) -> str | None:
    """Give the URL of the default remote, a folder as an absolute path; None if no remote is set."""
    config = Config(str(root / ".dvc"))
    name = config["core"].get("remote")
    found = config["remote"].get(name, {}).get("url") if name else None
    return str(found) if found else None


def inside(root: Path = Path()) -> Path | None:
    """Give the folder of the default remote if it lies inside the clone."""
    where = url(root)
    if where is None or urlsplit(where).scheme:
        return None
    folder = Path(where).resolve()
    return folder if folder.is_relative_to(root.resolve()) else None


def advice(folder: Path) -> str:
    """Say what to do where the remote is a folder of the clone."""
    return (
        f"The DVC remote, {folder}, lies inside this clone: git brought nothing of it, and no other clone sees it.\n"
        "`make data pipeline` builds here what git names, and fills it; `plumb data remote URL` moves everything to a"
        " place that all clones share, after which `dvc pull` brings it."
    )
