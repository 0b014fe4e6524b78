"""What Prometheus alerts is what the monitor reports: its metrics are given to the rules that the cluster has."""

import json
import re
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any, get_args

import pytest
import yaml
from prometheus_client.parser import text_string_to_metric_families

from plumbline.testing import needs
from services.common.tests.running import ROOT
from services.monitor.app.__main__ import run
from services.monitor.app.report import Finding
from services.monitor.app.settings import Settings
from services.monitor.app.store import Window
from services.monitor.tests.conftest import UNTIL, Store, applicants, drifted, usual

RULES = ROOT / "infrastructure/monitoring/rules"
FIRING = 'count by (alertname, column) (ALERTS{alertstate="firing", namespace="n"})'
_BY_COLUMN = ("quality", "calibration")  # findings whose alert names the column or class
BROKEN = [{"light": 99.0, "water": 20, "species": "fern"}] * 10


def groups() -> list[dict[str, Any]]:
    paths = (RULES / "model.yaml", RULES / "monitor.yaml")
    return [group for path in paths for group in yaml.safe_load(path.read_text())["spec"]["groups"]]


def alert_of(finding: str) -> str:
    """The alert of the rule that reads a finding's verdict."""
    rules = [rule for group in groups() for rule in group["rules"]]
    [name] = [rule["alert"] for rule in rules if f'finding="{finding}"' in rule["expr"]]
    return str(name)


def series(metrics: str) -> list[dict[str, str]]:
    """What the monitor exported, as series of a namespace that stay as they are."""
    samples = [found for family in text_string_to_metric_families(metrics) for found in family.samples]
    found = []
    for item in samples:
        labels = ", ".join(f'{name}="{value}"' for name, value in (item.labels | {"namespace": "n"}).items())
        found.append({"series": f"{item.name}{{{labels}}}", "values": f"{item.value:.9f}x5"})
    return found


def check(folder: Path, exported: list[dict[str, str]], alerts: set[tuple[str, str]]) -> str:
    """Let promtool evaluate the rules; give what it says, which is SUCCESS if these alerts fire and no others."""
    needs.require("promtool")
    (folder / "rules.yaml").write_text(yaml.safe_dump({"groups": groups()}))
    wanted = [
        {"labels": f'{{alertname="{name}"' + (f', column="{column}"' if column else "") + "}", "value": 1}
        for name, column in sorted(alerts)
    ]
    asked = {"expr": FIRING, "eval_time": "3m", "exp_samples": wanted}
    test = {"interval": "1m", "input_series": exported, "promql_expr_test": [asked]}
    content = {"rule_files": ["rules.yaml"], "evaluation_interval": "1m", "tests": [test]}
    (folder / "test.yaml").write_text(yaml.safe_dump(content))
    command = ["promtool", "test", "rules", "test.yaml"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    return done.stdout + done.stderr


def look(store: Store, folder: Path) -> tuple[list[dict[str, str]], set[tuple[str, str]]]:
    """Run the monitor; give what it exported, and the alerts that its report calls for."""
    values = {"bundle_uri": str(store.folder), "bundle_sha256": store.sha256, "store_url": store.url}
    run(Settings(**values, reports=str(folder / "reports")), Window(UNTIL.replace(month=5), UNTIL))
    [report] = (folder / "reports").glob("*/report.json")
    names = [alert["name"].partition(":") for alert in json.loads(report.read_text())["alerts"]]
    # Features that drifted are one alert, which counts them.
    alerts = {(alert_of(finding), column if finding in _BY_COLUMN else "") for finding, _, column in names}
    return series(report.with_name("metrics.prom").read_text()), alerts


def test_each_finding_has_one_rule_and_each_rule_a_finding() -> None:
    named = re.findall(r'finding="([\w-]+)"', json.dumps(groups()).replace("\\", ""))

    assert sorted(named) == sorted(get_args(Finding))


@pytest.mark.parametrize(
    ("fill", "alerts"),
    [
        (lambda store: store.fill(usual()), set()),
        (lambda store: store.fill(drifted(), actual_after=None), {"FeatureDrift"}),
        (lambda store: store.fill(usual(), error=40), {"ModelErrorGrew", "IntervalMiscalibrated"}),
        (lambda store: store.fill(usual(), error=4), {"IntervalMiscalibrated"}),
        (lambda store: store.fill(usual() + BROKEN, actual_after=None), {"DataQuality"}),
        (lambda store: store.fill(usual(), days_ago=40, actual_after=None), {"ActualsMissing"}),
        (lambda store: store.fill(usual(), error=200), {"TargetDrift", "ModelErrorGrew", "IntervalMiscalibrated"}),
    ],
    ids=["nothing", "drift", "error", "too wide", "quality", "no actuals", "target"],
)
def test_the_alert_that_fires_is_the_one_that_the_monitor_reports(
    store: Store, tmp_path: Path, fill: Callable[[Store], None], alerts: set[str]
) -> None:
    fill(store)

    exported, reported = look(store, tmp_path)

    assert {name for name, _ in reported} >= alerts
    assert bool(reported) == bool(alerts)
    assert "SUCCESS" in check(tmp_path, exported, reported)


@pytest.mark.parametrize(
    ("fill", "alerts"),
    [
        (lambda store: store.fill(applicants()), set()),
        (lambda store: store.fill(applicants(richer=1200)), {"FeatureDrift", "ScoreDrift"}),
        (lambda store: store.fill(applicants(), worse=2.0), {"ProbabilitiesMiscalibrated", "ModelErrorGrew"}),
    ],
    ids=["nothing", "scores", "calibration"],
)
def test_the_alert_that_fires_for_classes_is_the_one_that_the_monitor_reports(
    loans: Store, tmp_path: Path, fill: Callable[[Store], None], alerts: set[str]
) -> None:
    fill(loans)

    exported, reported = look(loans, tmp_path)

    assert {name for name, _ in reported} >= alerts
    assert bool(reported) == bool(alerts)
    assert "SUCCESS" in check(tmp_path, exported, reported)


def test_a_verdict_that_the_rules_do_not_tell_is_found(store: Store, tmp_path: Path) -> None:
    store.fill(drifted(), actual_after=None)
    exported, reported = look(store, tmp_path)

    without = [item for item in exported if 'finding="drift"' not in item["series"]]

    assert "FAILED" in check(tmp_path, without, reported)
