"""The gate as a whole, on the bundle of this working tree."""

import dataclasses
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from plumbline.ingest.splitting import Split
from plumbline.judge import gate
from plumbline.kernel import hashing, jsonfile
from plumbline.kernel.config import read_yaml
from plumbline.kernel.errors import PlumblineError
from plumbline.registry.uses import Uses
from plumbline.testing.repository import ROOT

BUNDLE = ROOT / "model/artifacts/bundle"
FIRST = Uses(1)


@pytest.fixture(scope="module")
def data() -> gate.Standard:
    raw = ROOT / "data/raw"
    files = [raw / "training_data.tsv", raw / "evaluation_data.tsv"]
    parameters = [ROOT / "model/params.yaml", ROOT / "data/params.yaml"]
    return gate.standard(ROOT / "data/contract.yaml", *files, *parameters)


@pytest.fixture
def limits() -> gate.Limits:
    return gate.read_limits(ROOT / gate.CONFIG)


def without(bundle: Path, column: str) -> Path:
    content = jsonfile.read(bundle / "contract.json")
    content["columns"].append({"name": column, "type": "number", "minimum": 0, "maximum": 1})
    jsonfile.write(bundle / "contract.json", content)
    return bundle


def test_the_model_of_this_commit_passes_and_the_report_names_its_bundle(
    data: gate.Standard, limits: gate.Limits
) -> None:
    report = gate.judge(BUNDLE, BUNDLE, data, limits, FIRST, promotion=True)
    assert gate.refused(report) == []
    assert report["verdict"] == "pass"
    assert report["bundle_sha256"] == report["champion_sha256"] == hashing.digest(BUNDLE / "manifest.json")
    names = [rule["rule"] for rule in report["rules"]]
    split = [] if data.split.by == "identifier" else ["split"]
    ever = ["not-worse", "better-or-equal", "slices", "size", "latency", "leakage", *split, "evaluation-uses"]
    assert names[-len(ever) :] == ever


def test_the_figures_are_those_of_the_pipeline(data: gate.Standard, limits: gate.Limits) -> None:
    report = gate.judge(BUNDLE, None, data, limits, FIRST)
    metrics = jsonfile.read(BUNDLE / "lineage.json")["metrics"]
    figures = {rule["rule"]: rule["figure"] for rule in report["rules"]}
    assert {name: figures[name] for name in limits.absolute} == pytest.approx(
        {name: metrics[name] for name in limits.absolute}
    )


def test_evaluation_rows_that_training_has_seen_fail_the_gate(data: gate.Standard, limits: gate.Limits) -> None:
    leaking = dataclasses.replace(data, training=data.evaluation, split=Split())
    assert gate.refused(gate.judge(BUNDLE, None, leaking, limits, FIRST)) == ["leakage"]


def test_an_evaluation_set_that_many_candidates_have_used_fails_the_gate(
    data: gate.Standard, limits: gate.Limits
) -> None:
    report = gate.judge(BUNDLE, None, data, limits, Uses(limits.evaluation.uses + 1))
    assert gate.refused(report) == ["evaluation-uses"]


def test_a_champion_that_cannot_answer_is_not_passed_over(
    data: gate.Standard, limits: gate.Limits, tmp_path: Path
) -> None:
    champion = without(shutil.copytree(BUNDLE, tmp_path / "champion"), "of_another_house")
    with pytest.raises(PlumblineError, match="asks for of_another_house, which the evaluation data lacks"):
        gate.judge(BUNDLE, champion, data, limits, FIRST)
    off = limits.model_copy(update={"champion": limits.champion.model_copy(update={"compare": False})})
    report = gate.judge(BUNDLE, champion, data, off, FIRST)
    assert (report["verdict"], report["champion_sha256"]) == ("pass", None)


def run(tmp_path: Path, uri: str, *arguments: str) -> tuple[subprocess.CompletedProcess[str], dict[str, Any] | None]:
    output = tmp_path / "gate.json"
    done = subprocess.run(
        [sys.executable, "-m", "plumbline.cli", "model", "gate", "--output", str(output), *arguments],
        cwd=ROOT,
        env={
            "PATH": os.environ["PATH"],
            "PYTHONPATH": str(ROOT),
            "MLFLOW_TRACKING_URI": uri,
            "PLUMBLINE_LEDGER": str(tmp_path / "ledger.jsonl"),
            "PLUMBLINE_ACTOR": "human:ann",
        },
        capture_output=True,
        text=True,
        check=False,
    )
    return done, jsonfile.read(output) if output.exists() else None


def test_a_refusal_names_the_rule_writes_the_report_and_ends_with_1(tmp_path: Path, mlflow_uri: str) -> None:
    strict = tmp_path / "gate.yaml"
    content: Any = read_yaml(ROOT / gate.CONFIG)
    rule, bounds = next(iter(content["absolute"].items()))
    content["absolute"][rule] = {"maximum": -1.0} if "maximum" in bounds else {"minimum": 2.0}
    strict.write_text(yaml.safe_dump(content))
    done, report = run(tmp_path, mlflow_uri, "--limits", str(strict))
    assert done.returncode == 1
    assert f"error: the gate refuses this model: {rule}" in done.stderr
    assert report is not None
    assert report["verdict"] == "fail"
    told = [json.loads(line) for line in (tmp_path / "ledger.jsonl").read_text().splitlines()]
    assert [(line["event"], line["bundle_sha256"]) for line in told] == [("judged", report["bundle_sha256"])]
    again, report = run(tmp_path, mlflow_uri)
    assert again.returncode == 0, again.stderr
    assert report is not None
    uses = report["rules"][-1]
    assert (uses["rule"], uses["figure"], uses["detail"]) == ("evaluation-uses", 1, "")
    assert len((tmp_path / "ledger.jsonl").read_text().splitlines()) == 1


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--bundle", "nowhere"], "error: nowhere holds no bundle: run `dvc pull` or `dvc repro bundle`"),
        (["--limits", "data/contract.yaml"], "error: data/contract.yaml is not as it must be:"),
    ],
)
def test_bad_input_is_one_message(tmp_path: Path, mlflow_uri: str, arguments: list[str], message: str) -> None:
    done, report = run(tmp_path, mlflow_uri, *arguments)
    assert done.returncode == 1
    assert message in done.stderr
    assert "Traceback" not in done.stderr
    assert report is None
