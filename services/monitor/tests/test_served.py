"""The monitor on what the real services have served and stored."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from services.common.tests import toy
from services.common.tests.running import ROOT, Running
from services.monitor.tests.conftest import applicants, build, build_loans, drifted

ALERT = 3


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_finds_the_drift_in_what_was_served(tmp_path: Path, request: pytest.FixtureRequest, kind: str) -> None:
    folder, reports = tmp_path / "bundle", tmp_path / "reports"
    sha256 = build(folder)
    store = f"sqlite:///{tmp_path}/store.db"
    if kind == "postgresql":
        store = request.getfixturevalue("database")
    rows = drifted()[:200]

    with (
        Running("predict", tmp_path / "predict.log", bundle_uri=folder, bundle_sha256=sha256) as predict,
        Running("api", tmp_path / "api.log", predict_url=predict.url, store_url=store, require_key="false") as api,
    ):
        made = api.client.post("/v1/predictions", json={"inputs": rows}).json()["predictions"]
        for prediction in made[:50]:
            true = {"value": prediction["prediction"]}
            assert api.client.post(f"/v1/predictions/{prediction['id']}/actual", json=true).status_code == 201
        environment = {"BUNDLE_URI": folder, "BUNDLE_SHA256": sha256, "STORE_URL": store, "REPORTS": reports}
        settings = {f"MONITOR_{name}": str(value) for name, value in environment.items()}
        command = [sys.executable, "-m", "services.monitor.app"]
        done = [subprocess.run(command, cwd=ROOT, env=os.environ | settings, check=False) for _ in range(2)]

    path = max(reports.glob("*/report.json"))  # two, if an hour ends between the runs
    report = json.loads(path.read_text())
    assert [run.returncode for run in done] == [ALERT, ALERT]
    assert (report["rows"], report["errors"]["rows"], report["errors"]["mae"]["value"]) == (200, 50, 0)
    # What came true is what was predicted, so every interval holds it, and more than was promised.
    found, certain = {item["name"] for item in report["alerts"]}, {"drift:light", "coverage"}
    assert certain | {"drift-of-target"} >= found >= certain
    assert not any(item["new"] for item in report["alerts"])
    assert made[0]["prediction"] == pytest.approx(toy.expected(toy.PLANTS, rows[0])["prediction"])


def test_judges_the_classes_that_were_served_by_what_came_true(tmp_path: Path) -> None:
    folder, reports, store = tmp_path / "bundle", tmp_path / "reports", f"sqlite:///{tmp_path}/store.db"
    sha256 = build_loans(folder)

    with (
        Running("predict", tmp_path / "predict.log", bundle_uri=folder, bundle_sha256=sha256) as predict,
        Running("api", tmp_path / "api.log", predict_url=predict.url, store_url=store, require_key="false") as api,
    ):
        made = api.client.post("/v1/predictions", json={"inputs": applicants(120)}).json()["predictions"]
        for prediction in made[:60]:
            true = {"value": prediction["prediction"]}
            assert api.client.post(f"/v1/predictions/{prediction['id']}/actual", json=true).status_code == 201
    environment = {"BUNDLE_URI": folder, "BUNDLE_SHA256": sha256, "STORE_URL": store, "REPORTS": reports}
    settings = {f"MONITOR_{name}": str(value) for name, value in environment.items()}
    done = subprocess.run(
        [sys.executable, "-m", "services.monitor.app"], cwd=ROOT, env=os.environ | settings, check=False
    )

    [path] = reports.glob("*/report.json")
    errors = json.loads(path.read_text())["errors"]
    # What came true is what was decided: too good for the probabilities to be right.
    assert (done.returncode, errors["rows"], errors["accuracy"]["value"], errors["coverage"]["value"]) == (
        ALERT,
        60,
        1,
        1,
    )
