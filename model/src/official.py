"""Make the official model: rebuild what the commit describes, compare, judge, push, record and register it."""

import argparse
import os
import sys
from pathlib import Path

from model.src import gate, rebuild, recording
from model.src.champion import champion
from tools import command, git, jsonfile, lock, log, stage
from tools.config import parse, read_yaml
from tools.errors import PlumblineError

CONFIG = Path("model/configs/official.yaml")
_RELEASE = Path(".plumbline/release.json")
_EXPERIMENT = "official"


def official(settings: recording.Settings) -> str:
    """Rebuild the commit that is checked out and register the build.

    Returns:
        The registered version.

    Raises:
        PlumblineError: Tracked files differ from the commit, the build differs from the developer's, or a step failed.
    """
    logger = log.get("official")
    state = git.state()
    if state.commit is None or state.dirty:
        raise PlumblineError("the official model is that of a commit: commit or stash what you changed")
    before = lock.read(Path())
    logger.info("rebuilding", commit=state.commit)
    rebuild.rebuild()
    verdict = rebuild.compare(state.commit, before)
    print(f"verdict: {verdict.statement}", *verdict.differing, sep="\n  ")  # noqa: T201 - the target's output
    if verdict.statement == "different":
        raise PlumblineError(
            f"the rebuild does not predict what the developer's build predicts; it differs in"
            f" {', '.join(verdict.differing)}. Nothing was pushed or registered"
        )
    judged = gate.judge(rebuild.BUNDLE, champion(_model()), gate.standard(), gate.read_limits(), promotion=True)
    jsonfile.write(gate.OUTPUT, judged)
    gate.show(judged)
    command.run("dvc", "push", "--quiet")
    recorder = recording.Recorder(settings)
    if recorder.commit() and settings.record == "commit":
        recorder.push_commit()
    command.run(sys.executable, "model/src/register.py")
    release = jsonfile.read(_RELEASE)
    name = f"model/{release['model']}/v{release['version']}"
    if settings.record == "tag":
        message = f"{verdict.statement}\n\nbundle sha256 {release['bundle_sha256']}\ngate {judged['verdict']}"
        recorder.tag(name, message)
    logger.info("official", version=release["version"], bundle_sha256=release["bundle_sha256"], gate=judged["verdict"])
    return str(release["version"])


def _model() -> str:
    return str(jsonfile.read(rebuild.BUNDLE / "contract.json")["model"])


def main() -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--record", choices=["tag", "commit"], help=f"instead of what {CONFIG} says")
    given = parser.parse_args()
    settings = parse(recording.Settings, read_yaml(CONFIG), str(CONFIG))
    if given.record:
        settings = settings.model_copy(update={"record": given.record})
    os.environ.setdefault("MLFLOW_EXPERIMENT_NAME", _EXPERIMENT)
    official(settings)


if __name__ == "__main__":
    stage.run(main)
