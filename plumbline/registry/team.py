"""What the clones of one team share besides git, DVC's remote and MLflow (docs/team-setup.md)."""

from pathlib import Path

from plumbline.kernel.config import Strict, parse, read_yaml, settings

CONFIG = Path("model/configs/team.yaml")
BRANCH = "branch:"  # what a ledger's place begins with that is no file


class Team(Strict):
    """The content of model/configs/team.yaml; a clone that names nothing there is alone.

    Attributes:
        store: Folder of released bundles, or s3://BUCKET/PREFIX.
        public_key: File in git of the keys that are trusted; no clone trusts one that it has made by itself.
        ledger: The ledger's file, or `branch:NAME` of `origin`.
    """

    store: str | None = None
    public_key: Path | None = None
    ledger: str = ".plumbline/ledger.jsonl"


def read() -> Team:
    """Read what is shared; PLUMBLINE_LEDGER and PLUMBLINE_PUBLIC_KEY come before the file.

    Raises:
        PlumblineError: The file is not as it must be.
    """
    written = {name: value for name, value in read_yaml(CONFIG).items() if value} if CONFIG.exists() else {}
    given = {"ledger": settings().ledger, "public_key": settings().public_key}
    return parse(Team, written | {name: value for name, value in given.items() if value}, str(CONFIG))


def store_of(folder: Path) -> str | None:
    """Give where the team's store keeps the bundle of `folder`, `…/MODEL/SHA256`; None if the team has no store."""
    shared = read().store
    return "/".join([shared.rstrip("/"), *folder.parts[-2:]]) if shared else None
