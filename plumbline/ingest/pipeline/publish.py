"""Publish the version: push the commit, made anew on top of what others pushed meanwhile."""

import random
import time
from dataclasses import replace
from pathlib import Path

from plumbline.ingest.extract import Parameters as Extract
from plumbline.ingest.pipeline import configure, repository, store, version
from plumbline.ingest.pipeline.repository import git
from plumbline.ingest.pipeline.work import Work
from plumbline.kernel import log
from plumbline.kernel.contract import Contract
from plumbline.kernel.errors import PlumblineError

ATTEMPTS = 6
_PAUSE = 0.5  # seconds, doubled each time


def publish(work: Work, parameters: Extract, rules: Contract) -> None:
    """Push until it is taken; nothing is pushed if nothing was committed.

    Raises:
        PlumblineError: An earlier step has not finished, the push fails for another reason than other commits, or
            loses the race `ATTEMPTS` times, or the rules that these commits brought are not those that the data was
            validated by.
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
            _anew(work, parameters, rules)
        else:
            log.get("publish").info("pushed", commit=_head(clone), attempt=attempt + 1)
            return


def _anew(work: Work, parameters: Extract, rules: Contract) -> None:
    """Make the version again of all that was validated, on what the repository holds now.

    Files of two runs side by side would be data that nobody validated; rules, query and DVC remote may have changed,
    too. It happens beside the clone, which keeps the old commit if this process dies before the new one is whole.
    """
    fresh = replace(work, name="again")
    url = git(work.clone, "remote", "get-url", "origin").strip()
    configure.configure(fresh, url, parameters, rules)
    store.store(fresh, parameters, rules)
    version.commit(fresh, parameters)
    repository.fetch(work.clone)
    git(work.clone, "fetch", "--quiet", "--no-tags", str(fresh.clone), "HEAD")
    git(work.clone, "reset", "--quiet", "--hard", "FETCH_HEAD")


def _commits(clone: Path) -> bool:
    return bool(git(clone, "log", "--format=%H", "@{upstream}..HEAD").strip())


def _upstream(clone: Path) -> str:
    return git(clone, "rev-parse", "@{upstream}").strip()


def _head(clone: Path) -> str:
    return git(clone, "rev-parse", "HEAD").strip()
