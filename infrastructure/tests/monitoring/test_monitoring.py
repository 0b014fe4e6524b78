"""Alerts, dashboards and the analyses of a canary ask for what the running services emit, and alerts lead somewhere."""

import contextlib
import json
import os
import re
import shutil
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import promql_parser
import pytest
import yaml
from prometheus_client.parser import text_string_to_metric_families

from infrastructure.tests.monitoring import checks
from infrastructure.tests.monitoring.checks import Metrics
from plumbline.loop import dispatcher
from plumbline.testing import needs
from plumbline.testing.repository import ROOT, plant, run
from plumbline.tests.ci import workflow_checks
from services.common.store import database
from services.common.tests import toy
from services.common.tests.running import Running
from services.monitor.tests.conftest import applicants, build, build_loans, fill_loans

RULES, DASHBOARDS = "infrastructure/monitoring/rules", "infrastructure/monitoring/dashboards"


def metrics(text: str) -> Metrics:
    """Give the metrics of an exposition that have samples."""
    found: dict[str, set[str]] = {}
    for family in text_string_to_metric_families(text):
        for sample in family.samples:
            found.setdefault(sample.name, set()).update(sample.labels)
    return dict(found)


def monitor(root: Path, folder: Path, sha256: str, store: str) -> Metrics:
    """Run the monitor of the tree at `root` on what was served, and give the metrics that it leaves."""
    settings = {"BUNDLE_URI": folder / "bundle", "BUNDLE_SHA256": sha256, "STORE_URL": store}
    settings |= {"METRICS_FILE": folder / "monitor.prom", "REPORTS": folder / "reports"}
    settings |= {"MIN_ROWS": 20, "MIN_ACTUALS": 20, "GRACE_DAYS": 0}
    environment = {f"MONITOR_{name}": str(value) for name, value in settings.items()}
    command = [sys.executable, "-m", "services.monitor.app"]
    done = subprocess.run(command, cwd=root, env=os.environ | environment, capture_output=True, text=True, check=False)
    assert done.returncode in (0, 3), done.stderr
    return metrics((folder / "monitor.prom").read_text())


def serve(root: Path, folder: Path) -> Metrics:
    """Run the services of the tree at `root` on some rows, one with a bundle that it refuses, and then the monitor."""
    sha256 = build(folder / "bundle")
    store = f"sqlite:///{folder}/store.db"
    with contextlib.ExitStack() as stack:

        def start(name: str, log: str, wait_for: str = "/readyz", **settings: object) -> Running:
            return stack.enter_context(Running(name, folder / log, wait_for, root, **settings))

        predict = start("predict", "predict.log", bundle_uri=folder / "bundle", bundle_sha256=sha256)
        other = start("predict", "other.log", "/livez", bundle_uri=folder / "bundle", bundle_sha256="0" * 64)
        api = start("api", "api.log", predict_url=predict.url, store_url=store)
        key = subprocess.run(
            [sys.executable, "-m", "services.api.app.keys", "create", "--name", "test"],
            cwd=root,
            env=os.environ | {"API_STORE_URL": store},
            capture_output=True,
            text=True,
            check=True,
        )
        api.authorize(key.stdout.strip())
        inputs = [toy.row(toy.PLANTS, number) for number in range(20)]
        answer: httpx.Response = api.client.post("/v1/predictions", json={"inputs": inputs})
        assert answer.status_code < 300, answer.text
        for made in answer.json()["predictions"]:
            api.client.post(f"/v1/predictions/{made['id']}/actual", json={"value": 100}).raise_for_status()
        other.wait("/metrics", said="predict_bundle_load_failures_total{")
        scraped = [metrics(service.client.get("/metrics").text) for service in (predict, other, api)]
    return scraped[0] | scraped[1] | scraped[2] | monitor(root, folder, sha256, store) | of_classes(root, folder)


def of_classes(root: Path, folder: Path) -> Metrics:
    """Run the monitor on what a classifier answered, and give the metrics that it leaves."""
    folder = folder / "classes"
    sha256, store = build_loans(folder / "bundle"), f"sqlite:///{folder}/store.db"
    engine = database.connect(store, writes=True)
    database.migrate(engine)
    fill_loans(engine, sha256, applicants(100), datetime.now(UTC) - timedelta(days=2))
    return monitor(root, folder, sha256, store)


@pytest.fixture(scope="module")
def emitted(tmp_path_factory: pytest.TempPathFactory) -> Metrics:
    """What the services emit, and the monitor."""
    return serve(ROOT, tmp_path_factory.mktemp("metrics"))


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A copy of what the checks look at, to plant faults in."""
    shutil.copytree(ROOT / "infrastructure/monitoring", tmp_path / "infrastructure/monitoring")
    shutil.copytree(ROOT / "services", tmp_path / "services", ignore=shutil.ignore_patterns("__pycache__"))
    (tmp_path / "docs").mkdir()
    shutil.copy(ROOT / checks.RUNBOOK, tmp_path / checks.RUNBOOK)
    return tmp_path


def test_whatever_is_asked_for_is_emitted(emitted: Metrics) -> None:
    assert checks.unknown(ROOT, emitted) == []


def test_the_sidecar_passes_on_what_is_asked_of_the_services_and_nothing_of_its_own(emitted: Metrics) -> None:
    patch = yaml.safe_load((ROOT / "infrastructure/kubernetes/components/mesh/metrics-of-sidecar.yaml").read_text())
    (value,) = (step["value"] for step in patch if step["path"].endswith("/metricRelabelings"))
    kept = re.compile(value[0]["regex"])
    queries = [promql_parser.parse(query) for _, query in checks.expressions(ROOT)]
    asked = {name for query in queries for one in checks.selectors(query) for name in checks.names(one)}
    of_services = {name for name in asked & emitted.keys() if not name.startswith("monitor_")}
    assert len(of_services) > 5
    assert [name for name in of_services if not kept.fullmatch(name)] == []
    for own in ("envoy_cluster_upstream_rq", "istio_agent_go_info", "istio_build", "envoy_server_uptime"):
        assert not kept.fullmatch(own)


@pytest.mark.parametrize(
    ("path", "old", "new", "message"),
    [
        (
            "api/app/metrics.py",
            "api_requests_total",
            "api_answers_total",
            "availability.yaml: plumbline:requests:error",
        ),
        (
            "predict/app/metrics.py",
            "predict_requests_total",
            "predict_answers_total",
            "services.json: Requests by serv",
        ),
        ("monitor/app/exposition.py", "monitor_mae", "monitor_error", "model.yaml: ModelErrorGrew"),
    ],
    ids=["api", "predict", "monitor"],
)
def test_a_metric_that_is_renamed_in_the_code_is_found(
    copy: Path, tmp_path: Path, path: str, old: str, new: str, message: str
) -> None:
    plant(copy, f"services/{path}", old, new)

    faults = checks.unknown(copy, serve(copy, tmp_path))

    assert [fault for fault in faults if fault.startswith(message) and fault.endswith(f"nothing emits {old}")], faults


@pytest.mark.parametrize(
    ("file", "old", "new", "message"),
    [
        (f"{RULES}/model.yaml", "monitor_verdict", "monitor_drifted", "FeatureDrift: nothing emits monitor_drifted"),
        (f"{DASHBOARDS}/services.json", "api_rows_total", "api_lines_total", "Rows priced: nothing emits api_lines"),
        (f"{RULES}/availability.yaml", "status=~", "code=~", "api_requests_total has no label code"),
        (f"{RULES}/pipeline.yaml", "phase=~", "status=~", "argo_workflows_total_count has no label status"),
        (
            f"{RULES}/requests.yaml",
            "record: plumbline:requests:latency_p99_1m",
            "record: plumbline:requests:p99",
            "Latency, 99th percentile: nothing emits plumbline:requests:latency_p99_1m",
        ),
    ],
)
def test_a_planted_fault_is_found(emitted: Metrics, copy: Path, file: str, old: str, new: str, message: str) -> None:
    plant(copy, file, old, new)
    faults = checks.unknown(copy, emitted)
    assert [fault for fault in faults if message in fault], faults


def test_an_analysis_that_asks_for_what_nothing_emits_is_found(emitted: Metrics, copy: Path) -> None:
    query = 'nonsense_total{namespace="{{args.namespace}}"}'
    metric = {"name": "made-up", "provider": {"prometheus": {"query": query}}}
    (copy / "infrastructure/kubernetes").mkdir()
    template = {"kind": "AnalysisTemplate", "spec": {"metrics": [metric]}}
    (copy / "infrastructure/kubernetes/analysis.yaml").write_text(json.dumps(template))
    assert checks.unknown(copy, emitted) == ["analysis.yaml: made-up: nothing emits nonsense_total"]


def test_every_alert_has_a_severity_a_summary_and_an_entry_in_the_runbook() -> None:
    assert checks.careless_alerts(ROOT) == []


@pytest.mark.parametrize(
    ("file", "old", "new", "message"),
    [
        (checks.RUNBOOK, "# FeatureDrift", "# Feature drift", "model.yaml: FeatureDrift: docs/runbook.md has no entry"),
        (f"{RULES}/model.yaml", "severity: ticket", "severity: nobody", "FeatureDrift: the severity is neither"),
        (f"{RULES}/monitor.yaml", "summary:", "description:", "MonitorHasNotRun: there is no summary"),
    ],
)
def test_an_alert_that_leads_nowhere_is_found(copy: Path, file: str, old: str, new: str, message: str) -> None:
    plant(copy, file, old, new)
    faults = checks.careless_alerts(copy)
    assert [fault for fault in faults if message in fault], faults


def test_the_runbook_has_no_entry_of_an_alert_that_is_gone() -> None:
    entries = re.findall(r"^### (.+)$", (ROOT / checks.RUNBOOK).read_text(), flags=re.MULTILINE)
    assert sorted(entries) == sorted(rule["alert"] for _, rule in checks.rules(ROOT) if "alert" in rule)


def test_what_is_sent_to_the_receiver_are_alerts_that_exist() -> None:
    config = yaml.safe_load((ROOT / "infrastructure/monitoring/receiver/alertmanagerconfig.yaml").read_text())
    [matcher] = config["spec"]["route"]["matchers"]
    assert set(matcher["value"].split("|")) <= {rule.get("alert") for _, rule in checks.rules(ROOT)}


def test_the_pipeline_waits_for_what_the_receiver_sends() -> None:
    workflow = workflow_checks.load(ROOT / ".github/workflows/model-pipeline.yml")
    assert workflow["on"]["repository_dispatch"]["types"] == [dispatcher.EVENT]


@pytest.mark.parametrize(
    ("expression", "days"),
    [
        ("x", 0),
        ("rate(x[3d])", 3),
        ("avg_over_time(x[28d] offset 1d) > x", 29),
        ("max_over_time(rate(x[1d])[6d:1h])", 7),
    ],
)
def test_ranges_and_offsets_say_how_far_an_expression_looks_back(expression: str, days: int) -> None:
    assert checks.reach(promql_parser.parse(expression)) == timedelta(days=days)


@pytest.mark.parametrize(
    ("file", "setting"),
    [
        ("infrastructure/argocd/platform/addons/kube-prometheus-stack.yaml", r"^    retention: (\d+)d\b"),
        ("compose.yaml", r"--storage\.tsdb\.retention\.time=(\d+)d\b"),
    ],
)
def test_prometheus_keeps_what_rules_and_dashboards_look_back_at(file: str, setting: str) -> None:
    [days] = re.findall(setting, (ROOT / file).read_text(), flags=re.MULTILINE)
    longest = max(checks.reach(promql_parser.parse(expression)) for _, expression in checks.expressions(ROOT))
    assert timedelta() < longest <= timedelta(days=int(days))


def test_every_alert_fires_in_a_test() -> None:
    assert checks.untested_alerts(ROOT) == []


def check_rules(root: Path) -> subprocess.CompletedProcess[str]:
    needs.require("promtool")
    return run(root, "plumb", "infra", "rules", check=False)


def test_the_alert_rules_pass_their_tests() -> None:
    done = check_rules(ROOT)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize(
    ("old", "new"),
    [("* 0.001", "* 1"), ("sum by (namespace, service)", "sum by (namespace"), ("5..", "4..")],
    ids=["a threshold that nothing reaches", "no PromQL", "a client's mistakes"],
)
def test_a_wrong_rule_is_found(copy: Path, tmp_path: Path, old: str, new: str) -> None:
    path = copy / RULES / "availability.yaml"
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))
    shutil.copytree(ROOT / "plumbline", copy / "plumbline", ignore=shutil.ignore_patterns("__pycache__", "tests"))
    assert check_rules(copy).returncode != 0
