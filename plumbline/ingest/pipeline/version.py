"""Version the stored data: commit the `.dvc` files and `.dvc/config` in the clone."""

import contextlib
from pathlib import Path
from typing import Any

import yaml

from plumbline.ingest import raw, version
from plumbline.ingest.extract import Parameters as Extract
from plumbline.ingest.pipeline import repository
from plumbline.ingest.pipeline.store import files
from plumbline.ingest.pipeline.work import Work
from plumbline.kernel import git, log
from plumbline.kernel.errors import PlumblineError

CONFIG = Path(".dvc/config")


def commit(work: Work, parameters: Extract) -> None:
    """Make one commit of what changed; none if neither the data nor the remote did.

    Data that is the same keeps its record, whatever URL it came from this time.

    Raises:
        PlumblineError: An earlier step has not finished, or git or DVC fails; nothing is committed then.
    """
    absent = [path for path in files(parameters) if not (work.clone / path).exists()]
    if absent:
        raise PlumblineError(f"{work.clone / absent[0]} is not there: run the step `store` in this work folder first")
    repository.use_author()
    with contextlib.chdir(work.clone):
        also = (CONFIG,) if git.show("HEAD", CONFIG.as_posix()) != CONFIG.read_bytes() else ()
        changed = [path for path in files(parameters) if raw.named(path) != _committed(path)]
        if changed:
            version.commit(changed, also)
        elif also:
            repository.git(Path(), "commit", "--quiet", "--message", "Set the DVC remote", "--only", "--", str(CONFIG))
        head = git.state().commit
    log.get("version").info("versioned" if changed or also else "unchanged", commit=head)


def _committed(path: Path) -> str | None:
    content = git.show("HEAD", raw.record_of(path).as_posix())
    if content is None:
        return None
    record: dict[str, Any] = yaml.safe_load(content)
    return str(record["outs"][0]["md5"])
