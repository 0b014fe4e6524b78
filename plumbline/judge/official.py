"""Make the official model: rebuild what the commit describes, compare, judge, push, record and register it."""

import os
import sys
from pathlib import Path
from typing import Literal

from plumbline import tracking
from plumbline.bundle import reading
from plumbline.bundle.contract import Contract
from plumbline.dvc import call, lock
from plumbline.judge import gate, rebuild, recording
from plumbline.kernel import command, git, jsonfile, log
from plumbline.kernel.alone import alone
from plumbline.kernel.config import parse, read_yaml
from plumbline.kernel.errors import PlumblineError
from plumbline.registry import signing
from plumbline.registry.champion import champion

CONFIG = Path("model/configs/official.yaml")
_RELEASE = Path(".plumbline/release.json")
_BEGUN = Path(".plumbline/official")  # holds the commit whose build has begun and has not ended
_EXPERIMENT = "official"


def official(settings: recording.Settings) -> str:
    """Rebuild the commit that is checked out and register the build.

    Returns:
        The registered version.

    Raises:
        PlumblineError: Tracked files differ from the commit, the build differs from the developer's, a step failed, or
            another official build runs here.
    """
    with alone("`plumb model official`", Path(f"{_BEGUN}.lock"), wait=False):
        commit = _begin()
        try:
            return _build(commit, settings)
        finally:
            _BEGUN.unlink()


def _begin() -> str:
    """Check that the working tree is that of a commit; put back what a build that was killed left. Give the commit."""
    state = git.state()
    if state.dirty and _BEGUN.is_file() and _BEGUN.read_text(encoding="utf-8") == state.commit:
        command.run("git", "restore", "--", *recording.RECORDS)
        state = git.state()
    if state.commit is None or state.dirty:
        raise PlumblineError("the official model is that of a commit: commit or stash what you changed")
    _BEGUN.write_text(state.commit, encoding="utf-8")
    return state.commit


def _build(commit: str, settings: recording.Settings) -> str:
    logger = log.get("official")
    before = lock.read(Path())
    logger.info("rebuilding", commit=commit)
    rebuild.rebuild()
    verdict = rebuild.compare(commit, before)
    print(f"verdict: {verdict.statement}", *verdict.differing, sep="\n  ")  # noqa: T201 - the target's output
    if verdict.statement == "different":
        raise PlumblineError(
            f"the rebuild does not predict what the developer's build predicts; it differs in"
            f" {', '.join(verdict.differing)}. Nothing was pushed or registered"
        )
    data, known = gate.standard(), champion(_model())
    judged = gate.judge(rebuild.BUNDLE, known, data, gate.read_limits(), data.use(rebuild.BUNDLE), promotion=True)
    jsonfile.write(gate.OUTPUT, judged)
    gate.show(judged)
    call.run("push")
    recorder = recording.Recorder(settings)
    if recorder.commit() and settings.record == "commit":
        recorder.push_commit()
    command.run(sys.executable, "-m", "plumbline.cli", "release", "register")
    release = jsonfile.read(_RELEASE)
    name = f"model/{release['model']}/v{release['version']}"
    if settings.record == "tag":
        message = f"{verdict.statement}\n\nbundle sha256 {release['bundle_sha256']}\ngate {judged['verdict']}"
        recorder.tag(name, message)
    logger.info("official", version=release["version"], bundle_sha256=release["bundle_sha256"], gate=judged["verdict"])
    return str(release["version"])


def _model() -> str:
    return reading.part(rebuild.BUNDLE, Contract).model


@tracking.explained
def main(*, record: Literal["tag", "commit"] | None = None) -> None:
    """Rebuild this commit, compare with the developer's build, judge, push, record and register it.

    Args:
        record: How it is recorded, instead of what model/configs/official.yaml says.
    """
    settings = parse(recording.Settings, read_yaml(CONFIG), str(CONFIG))
    if record:
        settings = settings.model_copy(update={"record": record})
    os.environ.setdefault("MLFLOW_EXPERIMENT_NAME", _EXPERIMENT)
    signing.prepare()
    official(settings)
