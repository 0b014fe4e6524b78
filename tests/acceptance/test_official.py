"""From a developer's branch to the official model: two clones, one bare git repository and one DVC remote."""

import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest
import yaml
from ruamel.yaml import YAML

from plumbline.bundle.files import SIGNATURE
from plumbline.kernel import hashing, jsonfile
from plumbline.local import demo
from plumbline.registry import signing
from plumbline.testing.repository import ROOT, copy_repository, environment, run

pytestmark = pytest.mark.slow

IDENTITY = ("-c", "user.name=developer", "-c", "user.email=developer@localhost")
# Small enough to train in seconds; the second is clearly the better model.
MODEST = {"max_iter": 120, "learning_rate": 0.1}
BETTER = {"max_iter": 400}
WORSE = {"max_leaf_nodes": 2, "max_iter": 20}


def edit(clone: Path, changes: dict[str, float]) -> None:
    params = YAML()
    document = params.load(clone / "model/params.yaml")
    document["train"]["estimator"] = "hist_gradient_boosting"
    document["train"]["estimators"]["hist_gradient_boosting"].update(changes)
    params.dump(document, clone / "model/params.yaml")


def commit(clone: Path, message: str) -> None:
    run(clone, "git", "add", "--all")
    run(clone, "git", *IDENTITY, "commit", "--quiet", "--message", message)


def train(clone: Path, changes: dict[str, float], message: str) -> None:
    edit(clone, changes)
    run(clone, "dvc", "repro", "--quiet", "train", "evaluate", "bundle")
    commit(clone, message)


def official(clone: Path, *options: str) -> str:
    return run(clone, "plumb", "model", "official", *options).stdout


def kill_when(seen: Callable[[], bool], clone: Path) -> None:
    """Run the official build, and kill it and all its children once something is seen."""
    command = ["plumb", "model", "official"]
    with subprocess.Popen(command, cwd=clone, env=environment(clone), start_new_session=True) as build:
        while not seen():
            assert build.poll() is None, "it ended before it was killed"
            time.sleep(0.005)
        os.killpg(build.pid, signal.SIGKILL)


def readiness(clone: Path, bundle: Path) -> tuple[int, str]:
    """Start `predict` with a bundle and the clone's trusted keys; tell the status of `/readyz` and what it says."""
    url = f"http://127.0.0.1:{(port := demo.free_ports()[0])}"
    variables = os.environ | {
        "PREDICT_PORT": str(port),
        "PREDICT_BUNDLE_URI": str(bundle),
        "PREDICT_BUNDLE_SHA256": hashing.digest(bundle / "manifest.json"),
        "PREDICT_PUBLIC_KEY": str(clone / ".plumbline/keys/signing.pub.pem"),
    }
    command = [sys.executable, "-m", "services.predict.app"]
    with subprocess.Popen(command, cwd=ROOT, env=variables) as predict:
        try:
            for _ in range(600):
                with contextlib.suppress(httpx.TransportError):
                    answer = httpx.get(f"{url}/readyz", timeout=60)
                    if "is being loaded" not in answer.text:
                        return answer.status_code, answer.text
                time.sleep(0.1)
            raise AssertionError("predict neither loaded the bundle nor refused it")
        finally:
            predict.terminate()


@pytest.fixture(scope="module")
def developer(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A developer's clone whose modest model is on main, of git and of DVC."""
    folder = tmp_path_factory.mktemp("official")
    run(folder, "git", "init", "--quiet", "--bare", "--initial-branch", "main", "origin.git")
    clone = copy_repository(folder / "developer")
    shutil.copytree(ROOT / ".dvc/cache", clone / ".dvc/cache")
    shutil.copy(ROOT / "data/preprocessor.joblib", clone / "data")
    run(clone, "dvc", "remote", "modify", "local", "url", str(folder / "remote"))
    run(clone, "dvc", "checkout", "--quiet")
    train(clone, MODEST, "Train a modest model")
    run(clone, "dvc", "push", "--quiet")
    run(clone, "git", "remote", "add", "origin", str(folder / "origin.git"))
    run(clone, "git", "push", "--quiet", "--set-upstream", "origin", "main")
    return clone


def test_a_worse_model_is_refused_by_the_name_of_the_rule(developer: Path) -> None:
    run(developer, "git", "switch", "--quiet", "--create", "worse", "main")
    train(developer, WORSE, "Train a worse model")
    done = run(developer, "plumb", "model", "check", check=False)
    assert done.returncode == 1
    assert "the gate refuses this model: rmsle" in done.stderr
    assert "The gate refuses this model: rmsle" in (developer / "reports/pr.md").read_text()


def test_a_branch_is_checked_merged_and_rebuilt_as_the_official_model(developer: Path) -> None:
    # Given main's model, made official by CI and promoted
    ci = developer.with_name("ci")
    run(developer.parent, "git", "clone", "--quiet", "origin.git", "ci")
    run(ci, "plumb", "release", "keys")
    assert "verdict: identical bytes" in official(ci)
    run(ci, "plumb", "release", "promote", "1")

    # When a developer commits a better model and does not push it
    run(developer, "git", "switch", "--quiet", "--create", "better", "main")
    run(developer, "dvc", "checkout", "--quiet")
    train(developer, BETTER, "Train a better model")
    check = run(developer, "plumb", "model", "pull", check=False)
    # Then the check says so
    assert check.returncode == 1
    assert "model/artifacts/model.joblib" in check.stderr
    assert "run `dvc push`" in check.stderr

    # When it is pushed, the check passes in a clone that never built it, and reports the difference
    run(developer, "dvc", "push", "--quiet")
    run(developer, "git", "push", "--quiet", "origin", "better")
    run(ci, "git", "fetch", "--quiet")
    run(ci, "git", "switch", "--quiet", "better")
    run(ci, "plumb", "model", "pull")
    run(ci, "plumb", "model", "check")
    report = (ci / "reports/pr.md").read_text()
    assert "| train.estimators.hist_gradient_boosting.max_iter | 120 | 400 |" in report
    assert "The gate passes this model." in report
    assert "`better`" in report

    # When it is merged and CI rebuilds it, twice
    run(ci, "git", "switch", "--quiet", "main")
    run(ci, "git", "merge", "--quiet", "--ff-only", "better")
    run(ci, "git", "push", "--quiet", "origin", "main")
    # On a machine that has the champion from the remote alone
    models, kept = ci / ".plumbline/models", ci.with_name("kept")
    models.rename(kept)
    run(ci, "plumb", "release", "champion")
    assert len([*models.glob("*/*/manifest.json")]) == 1
    for _ in range(2):
        assert "verdict: identical bytes" in official(ci)
        # Then it is one version and one tag
        assert jsonfile.read(ci / ".plumbline/release.json")["version"] == "2"
    tags = run(developer, "git", "ls-remote", "--tags", "origin", "model/*").stdout
    assert [line.split("/")[-1] for line in tags.splitlines() if not line.endswith("^{}")] == ["v1", "v2"]

    # And it is promoted, rolled back, and the ledger tells of both
    run(ci, "plumb", "release", "promote", "2")
    shutil.copytree(kept, models, dirs_exist_ok=True)
    run(ci, "plumb", "release", "rollback")
    history = run(ci, "plumb", "release", "history").stdout
    assert "promoted" in history
    assert "rolled-back" in history
    run(ci, "plumb", "release", "verify")

    # And a line of the ledger that is edited is found
    ledger = ci / ".plumbline/ledger.jsonl"
    ledger.write_text(ledger.read_text().replace('"event":"promoted"', '"event":"registered"', 1))
    edited = run(ci, "plumb", "release", "verify", check=False)
    assert edited.returncode == 1
    assert "ledger.jsonl" in edited.stderr

    # And predict serves what CI signed, but not what a stranger signed, nor what nobody did
    bundle = ci.with_name("bundle")
    shutil.copytree(urlsplit(jsonfile.read(ci / ".plumbline/release.json")["uri"]).path, bundle)
    assert readiness(ci, bundle)[0] == 200
    stranger = ci.with_name("stranger.pem")
    signing.create_key(stranger)
    signing.sign(bundle, stranger)
    status, why = readiness(ci, bundle)
    assert status == 503
    assert "bundle.sig was not made by a key of" in why
    (bundle / SIGNATURE).unlink()
    status, why = readiness(ci, bundle)
    assert status == 503
    assert "the bundle is not signed" in why


def test_a_build_that_is_killed_is_finished_by_the_next_and_nothing_is_doubled(developer: Path) -> None:
    # Given a clone of main with a registry of its own
    clone, origin = developer.with_name("killed"), developer.with_name("killed.git")
    run(
        developer.parent, "git", "clone", "--quiet", "--bare", "--single-branch", "--no-tags", "origin.git", origin.name
    )
    run(developer.parent, "git", "clone", "--quiet", origin.name, clone.name)
    run(clone, "plumb", "release", "keys")
    metrics, release = clone / "model/artifacts/metrics.json", clone / ".plumbline/release.json"

    # When the build is killed between two stages, and before its tag
    kill_when(lambda: not metrics.exists(), clone)
    kill_when(release.exists, clone)
    # Or before it pushed the tag
    tag = f"model/{yaml.safe_load((clone / 'model/params.yaml').read_text())['bundle']['model']}/v1"
    run(clone, "git", *IDENTITY, "tag", "--annotate", tag, "--message", "made, not pushed", check=False)

    # Then the next one comes through, with one version, one line of the ledger and one tag
    assert "verdict: identical bytes" in official(clone)
    assert run(clone, "git", "status", "--porcelain", "--untracked-files=no").stdout == ""
    assert run(clone, "git", "ls-remote", "--tags", "origin", "refs/tags/*").stdout.count("^{}") == 1
    ledger = (clone / ".plumbline/ledger.jsonl").read_text().splitlines()
    assert [json.loads(line)["event"] for line in ledger].count("registered") == 1
    assert jsonfile.read(release)["version"] == "1"
