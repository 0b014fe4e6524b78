"""Publish the version: push the commit, on top of what others pushed meanwhile."""

import random
import shutil
import time
from pathlib import Path

from plumbline.ingest.pipeline import configure, repository
from plumbline.ingest.pipeline.repository import git
from plumbline.ingest.pipeline.version import CONFIG
from plumbline.ingest.pipeline.work import Work
from plumbline.kernel import log
from plumbline.kernel.errors import PlumblineError

ATTEMPTS = 6
_PAUSE = 0.5  # seconds, doubled each time


def publish(work: Work) -> None:
    """Push until it is taken; nothing is pushed if nothing was committed.

    Raises:
        PlumblineError: An earlier step has not finished, or the push fails for another reason than other commits, or
            loses the race `ATTEMPTS` times.
    """
    clone = work.clone
    if not clone.exists():
        raise PlumblineError(f"{clone} is not there: run the step `configure` in this work folder first")
    for attempt in range(ATTEMPTS):
        if not _commits(clone):
            log.get("publish").info("nothing to push", commit=_head(clone))
            return
        try:
            repository.push(clone)
        except PlumblineError:
            before = _upstream(clone)
            repository.fetch(clone)
            if attempt == ATTEMPTS - 1 or (_upstream(clone) == before and attempt):
                raise  # it is not for other commits
            time.sleep(random.uniform(0, _PAUSE * 2**attempt))  # noqa: S311 - so that two runs do not keep step
            _rebase(clone)
        else:
            log.get("publish").info("pushed", commit=_head(clone), attempt=attempt + 1)
            return


def _rebase(clone: Path) -> None:
    """Commit the same files on top of the remote's branch, each as a whole.

    A merge by lines could mix the records of two versions into one that names neither. It happens beside the clone,
    which keeps the old commit if this process dies before the new one is whole.
    """
    ours = git(clone, "diff", "--name-only", "@{upstream}...HEAD").split()
    fresh = clone.with_name("rebased")
    shutil.rmtree(fresh, ignore_errors=True)
    git(clone, "worktree", "prune")
    git(clone, "worktree", "add", "--quiet", "--detach", str(fresh), "@{upstream}")
    for name in ours:
        if name == CONFIG.as_posix():
            configure.use_remote(fresh)
        else:
            (fresh / name).parent.mkdir(parents=True, exist_ok=True)
            (fresh / name).write_bytes((clone / name).read_bytes())
    git(fresh, "add", "--", *ours)
    if git(fresh, "diff", "--cached", "--name-only"):
        git(fresh, "commit", "--quiet", "--message", git(clone, "log", "-1", "--format=%B"))
    git(clone, "reset", "--quiet", "--hard", _head(fresh))


def _commits(clone: Path) -> bool:
    return bool(git(clone, "log", "--format=%H", "@{upstream}..HEAD").strip())


def _upstream(clone: Path) -> str:
    return git(clone, "rev-parse", "@{upstream}").strip()


def _head(clone: Path) -> str:
    return git(clone, "rev-parse", "HEAD").strip()
