"""The monitor of a classification: planted faults are found, and nothing where nothing is; the statistics hold."""

import json
from pathlib import Path

import numpy as np
import pytest
from prometheus_client.parser import text_string_to_metric_families

from services.monitor.app import classes
from services.monitor.app.__main__ import run
from services.monitor.app.settings import Settings
from services.monitor.app.store import Window
from services.monitor.tests.conftest import UNTIL, applicants


def look(loans, tmp_path: Path) -> tuple[dict, str]:
    """Run the job; give its report and its metrics."""
    values = {"bundle_uri": str(loans.folder), "bundle_sha256": loans.sha256, "store_url": loans.url}
    run(Settings(**values, reports=str(tmp_path / "reports")), Window(UNTIL.replace(month=5), UNTIL))
    [report] = (tmp_path / "reports").glob("*/report.json")
    assert (report.with_name("report.html")).read_text().count("q (Cox)") == 1
    return json.loads(report.read_text()), report.with_name("metrics.prom").read_text()


def names(report: dict) -> set[str]:
    return {alert["name"] for alert in report["alerts"]}


def test_is_fine_where_nothing_has_changed(loans, tmp_path):
    loans.fill(applicants())

    report, text = look(loans, tmp_path)

    assert names(report) == set()
    found = report["errors"]
    assert (found["rows"], [item["name"] for item in found["calibration"]]) == (600, ["lost"])
    assert found["auc"]["low"] < found["auc"]["value"] < found["auc"]["high"]
    assert found["coverage"]["value"] >= 0.85
    metrics = {family.name for family in text_string_to_metric_families(text)}
    assert {"monitor_log_loss", "monitor_auc", "monitor_calibration_error", "monitor_interval_coverage"} <= metrics
    assert "monitor_mae" not in metrics
    assert {(item["column"], item["errors"]["rows"]) for item in report["slices"]} == {
        ("trade", sum(row["trade"] == trade for row in applicants())) for trade in ("baker", "smith")
    }


def test_finds_probabilities_that_no_longer_hold(loans, tmp_path):
    loans.fill(applicants(), worse=2.0)

    report, _ = look(loans, tmp_path)

    assert names(report) == {"calibration:lost", "error", "drift-of-target"}
    assert any("the probability of lost is off by" in alert["text"] for alert in report["alerts"])


def test_finds_scores_that_drift_with_what_is_asked(loans, tmp_path):
    loans.fill(applicants(richer=1200))

    report, _ = look(loans, tmp_path)

    assert {"drift:income", "drift-of-scores:lost"} <= names(report) <= {
        "drift:income", "drift-of-scores:lost", "drift-of-target",
    }  # fmt: skip


def test_counts_labels_that_training_did_not_know_as_drift_and_not_as_a_broken_contract(loans, tmp_path):
    loans.fill([row | ({"trade": "weaver"} if number % 4 == 0 else {}) for number, row in enumerate(applicants())])

    report, _ = look(loans, tmp_path)

    assert "drift:trade" in names(report)
    assert "quality:trade" not in names(report)


def test_the_area_is_the_share_of_pairs_in_the_right_order():
    generator = np.random.default_rng(6)
    probability = generator.integers(0, 20, 200) / 20  # many ties
    happened = (generator.random(200) < probability).astype(float)

    area, error = classes.auc(probability, happened)

    pairs = probability[happened == 1][:, None] - probability[happened == 0][None, :]
    assert area == pytest.approx(((pairs > 0) + 0.5 * (pairs == 0)).mean())
    assert 0 < error < 0.05
    assert classes.auc(probability, np.ones(200)) is None


def test_the_test_of_calibration_keeps_its_level_and_finds_what_is_off():
    generator = np.random.default_rng(7)
    probability = generator.random((400, 300))
    right = (generator.random(probability.shape) < probability).astype(float)
    off = (generator.random(probability.shape) < np.clip(probability * 1.3, 0, 1)).astype(float)

    level = np.mean([classes.recalibration(*pair) < 0.05 for pair in zip(probability, right, strict=True)])
    power = np.mean([classes.recalibration(*pair) < 0.05 for pair in zip(probability, off, strict=True)])

    assert 0.02 < level < 0.09
    assert power > 0.9


def test_the_calibration_error_is_what_was_planted():
    generator = np.random.default_rng(8)
    probability = generator.uniform(0.2, 0.6, 20_000)
    happened = [(generator.random(20_000) < probability + off).astype(float) for off in (0.0, 0.2)]

    found = [classes.calibration_error(probability, values) for values in happened]

    assert found == pytest.approx([0.0, 0.2], abs=0.02)


def test_a_probability_that_leaves_nothing_to_chance_is_right_or_wrong():
    sure = np.array([0.0, 1.0, 1.0, 0.0])

    assert classes.recalibration(sure, sure) > 0.99
    assert classes.recalibration(sure, 1 - sure) < 1e-6
