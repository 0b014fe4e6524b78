"""Check a branch before it is merged: git's model is there, nothing is left to run, and the gate passes it."""

import json
import math
import shutil
import tempfile
import time
from pathlib import Path
from typing import Any

import pandas as pd
from mlflow.entities import Metric, RunTag

from plumbline import tracking
from plumbline.bundle import reading
from plumbline.bundle.contract import Contract
from plumbline.bundle.files import MANIFEST, Lineage
from plumbline.dvc import call, lock, place, remote
from plumbline.judge import gate, report
from plumbline.kernel import command, git, hashing, jsonfile, log
from plumbline.kernel.config import read_yaml, settings
from plumbline.kernel.errors import PlumblineError
from plumbline.kernel.metrics import score, slice_error, slices
from plumbline.registry.champion import champion

BUNDLE = Path("model/artifacts/bundle")
METRICS = Path("model/artifacts/metrics.json")
EVALUATION = Path("model/artifacts/evaluation")


def pull() -> None:
    """Bring the data and the model that `dvc.lock` names, and check that no stage has anything to do.

    Raises:
        PlumblineError: An object is not on the remote, what lies here is another version, or the lock is stale.
    """
    lost = remote.missing()
    if lost:
        folder = place.inside()
        advice = [place.advice(folder)] if folder else []
        raise PlumblineError("\n".join(["not everything that git names is on the remote:", *lost, *advice]))
    lock.refuse_strange()
    outdated = lock.stale()
    if outdated:
        raise PlumblineError("\n".join(["you forgot to run `dvc repro` and to commit dvc.lock:", *outdated]))
    call.run("pull", "--force")
    # The one output that is rebuilt and never pulled.
    stages: Any = read_yaml(Path("dvc.yaml"))["stages"]
    command.run("bash", "-c", stages["preprocess"]["cmd"])
    status = json.loads(call.run("status", "--json"))
    if status:
        raise PlumblineError(
            f"`dvc repro` would have something to do:\n{json.dumps(status, indent=1)}\n"
            "Run `dvc repro`, commit dvc.lock, and run `dvc push`"
        )
    log.get("pr-check").info("pulled", bundle=reading.identity(BUNDLE))


def check(base: str, images: str, folder: Path) -> dict[str, Any]:
    """Evaluate the pulled model, log it, judge it and write the report.

    Args:
        base: The revision that the branch is merged into.
        images: What goes before the plots' names in the report.
        folder: Of the report.

    Returns:
        The gate's report.

    Raises:
        PlumblineError: There is no bundle or no plot, what lies here is not what git names, or git's metrics are not
            those of the model.
    """
    if not (BUNDLE / MANIFEST).exists():
        raise PlumblineError(f"{BUNDLE} holds no bundle: run `dvc pull` or `dvc repro bundle`")
    lock.refuse_strange()
    data = gate.standard()
    rows = data.score(BUNDLE)
    metrics = score(rows, data.rules)
    _same_metrics(metrics)
    known = champion(reading.part(BUNDLE, Contract).model)
    verdict = gate.judge(BUNDLE, known, data, gate.read_limits(), data.use(BUNDLE))
    folder.mkdir(parents=True, exist_ok=True)
    jsonfile.write(gate.OUTPUT, verdict)
    by_slice = slices(rows, data.rules)
    error = slice_error(data.rules)
    plots = _copy_plots(folder)
    facts = report.Facts(
        base=base,
        gate=verdict,
        metrics=metrics,
        base_metrics=_base_metrics(base),
        slices=_against(by_slice, error, base),
        error=error,
        parameters=_parameters(base),
        lineage=_lineage(),
        images=images,
        plots=plots,
    )
    (folder / "pr.md").write_text(report.render(facts), encoding="utf-8")
    _track(metrics, verdict, folder)
    return verdict


def branch() -> str:
    """Name the branch: `PLUMBLINE_BRANCH`, which CI sets because it checks out a commit, or the one git is on."""
    return settings().branch or git.state().branch or "detached"


def default_base() -> str:
    """Give `origin/main` where there is such a branch, and `main` elsewhere."""
    return "origin/main" if git.subject("origin/main") else "main"


def _copy_plots(folder: Path) -> list[str]:
    """Take the plots that the evaluation made of this model, whose metrics are those of the bundle; name them."""
    plots = sorted(EVALUATION.glob("*.png"))
    if not plots:
        raise PlumblineError(f"{EVALUATION} holds no plots: run `dvc pull` or `dvc repro evaluate`")
    for plot in plots:
        shutil.copy(plot, folder)
    return [plot.name for plot in plots]


def _same_metrics(metrics: dict[str, float]) -> None:
    committed = jsonfile.read(METRICS)
    differing = [name for name, value in metrics.items() if _differ(value, committed.get(name, 0.0))]
    if differing:
        raise PlumblineError(f"{METRICS} differs from what the model gives in {', '.join(differing)}: run `dvc repro`")


def _differ(value: float, known: float) -> bool:
    """Say whether figures differ by more than another order of the same sums: relative, but near zero absolute."""
    return not math.isclose(value, known, rel_tol=1e-6, abs_tol=1e-9)


def _base_metrics(base: str) -> dict[str, float]:
    content: dict[str, float] = json.loads(git.show(base, METRICS.as_posix()) or b"{}")
    return content


def _against(slices: pd.DataFrame, error: str, base: str) -> pd.DataFrame:
    """Add the base's errors, which its own evaluation left in the DVC cache or on the remote."""
    with tempfile.TemporaryDirectory() as scratch:
        theirs = Path(scratch) / "slices.csv"
        try:
            call.run("get", ".", str(EVALUATION / "slices.csv"), "--rev", base, "--out", str(theirs))
        except PlumblineError:
            return slices
        known = pd.read_csv(theirs)
    if error not in known:  # the base does another task
        return slices
    merged = slices[["slice", "rows", error]].merge(known[["slice", error]], on="slice", suffixes=("", "_base"))
    return merged.assign(change=merged[error] / merged[f"{error}_base"] - 1)


def _parameters(base: str) -> list[tuple[str, str, str]]:
    try:
        changed = json.loads(call.run("params", "diff", "--json", base) or "{}")
    except PlumblineError:
        return []
    return [
        (name, str(values.get("old")), str(values.get("new")))
        for file in changed.values()
        for name, values in file.items()
    ]


def _lineage() -> dict[str, str]:
    state, lineage = git.state(), reading.part(BUNDLE, Lineage)
    return {
        "branch": branch(),
        "git commit": git.described(state.commit, state.dirty),
        "sha256 of dvc.lock": hashing.digest(Path("dvc.lock")),
        **{f"md5 of {path}": entry.md5 for path, entry in lineage.data.items()},
        "sha256 of the bundle": reading.identity(BUNDLE),
    }


def _track(metrics: dict[str, float], verdict: dict[str, Any], folder: Path) -> None:
    server, now = tracking.client(), time.time_ns() // 1_000_000
    tags = {
        "mlflow.source.git.commit": git.state().commit or "unknown",
        "bundle_sha256": verdict["bundle_sha256"],
        "gate_verdict": verdict["verdict"],
    }
    run = server.create_run(tracking.experiment(f"pr/{branch()}"), run_name=tags["mlflow.source.git.commit"][:8])
    identity = run.info.run_id
    figures = [Metric(name, value, now, 0) for name, value in metrics.items()]
    server.log_batch(identity, figures, tags=[RunTag(name, value) for name, value in tags.items()])
    server.log_artifacts(identity, str(folder), "report")
    server.log_artifact(identity, str(gate.OUTPUT), "gate")
    server.set_terminated(identity)


@tracking.explained
def main(*, base: str = "", images: str = "", output: Path = Path("reports")) -> None:
    """Evaluate, judge and report the model that lies here.

    Args:
        base: Revision to compare with; origin/main by default.
        images: Goes before the plots' names, such as a URL.
        output: Folder of pr.md and its plots.

    Raises:
        PlumblineError: The gate refuses the model.
    """
    verdict = check(base or default_base(), images, output)
    gate.show(verdict)
    log.get("pr-check").info("reported", output=str(output / "pr.md"), verdict=verdict["verdict"])
    if verdict["verdict"] == "fail":
        raise PlumblineError(f"the gate refuses this model: {', '.join(gate.refused(verdict))}")
