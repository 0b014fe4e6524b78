"""The job as it is run: planted faults are found, nothing is found where nothing is, and a kill loses nothing."""

import http.server
import json
import os
import subprocess
import sys
import threading
from pathlib import Path

import numpy as np
import pytest
from prometheus_client.parser import text_string_to_metric_families

from services.common.tests.running import ROOT
from services.monitor.app import outputs
from services.monitor.app import store as stores
from services.monitor.app.__main__ import run as run_job
from services.monitor.app.settings import Settings
from services.monitor.app.store import Window
from services.monitor.tests.conftest import UNTIL, sample


@pytest.fixture
def run(store, tmp_path):
    def start(*arguments, **settings):
        chosen = {
            "bundle_uri": store.folder, "bundle_sha256": store.sha256, "store_url": store.url,
            "reports": tmp_path / "reports", "metrics_file": tmp_path / "monitor.prom",
        } | settings  # fmt: skip
        clean = {key: value for key, value in os.environ.items() if not key.startswith("MONITOR_")}
        given = {f"MONITOR_{key.upper()}": str(value) for key, value in chosen.items()}
        command = [sys.executable, "-m", "services.monitor.app", "--until", UNTIL.isoformat(), *arguments]
        return subprocess.run(command, cwd=ROOT, env=clean | given, capture_output=True, text=True, check=False)

    return start


def report(tmp_path: Path) -> dict:
    (path,) = (tmp_path / "reports").glob("*/report.json")
    return json.loads(path.read_text())


def names(tmp_path: Path) -> set[str]:
    return {alert["name"] for alert in report(tmp_path)["alerts"]}


def rows(count=500, shift=0.0):
    return sample(np.random.default_rng(2), count, shift)


def test_is_fine_where_nothing_has_changed(store, run, tmp_path):
    store.fill(rows())

    done = run()

    assert (done.returncode, names(tmp_path)) == (0, set()), done.stdout + done.stderr
    assert report(tmp_path)["errors"]["coverage"]["low"] < 0.8 < report(tmp_path)["errors"]["coverage"]["high"]


def test_finds_the_feature_that_has_drifted_and_no_other(store, run, tmp_path):
    store.fill(rows(shift=1.0), actual_after=None)

    done = run()

    assert (done.returncode, names(tmp_path)) == (3, {"drift:light"}), done.stdout + done.stderr
    assert "light has drifted" in next((tmp_path / "reports").glob("*/report.html")).read_text()


def test_a_run_with_alerts_ends_well_where_the_exit_status_is_not_to_say_so(store, run, tmp_path):
    store.fill(rows(shift=1.0), actual_after=None)

    done = run(exit_on_alert="false")

    assert (done.returncode, names(tmp_path)) == (0, {"drift:light"}), done.stdout + done.stderr
    assert "alert: light has drifted" in done.stdout


def test_finds_a_growing_error_and_an_interval_that_misses(store, run, tmp_path):
    store.fill(rows(), error=40)

    assert run().returncode == 3
    assert {"error", "coverage"} <= names(tmp_path)


def test_finds_an_interval_that_holds_too_much(store, run, tmp_path):
    store.fill(rows(), error=4)

    assert run().returncode == 3
    assert names(tmp_path) == {"coverage"}
    assert "of the actuals lie in their interval; it promises 80%" in report(tmp_path)["alerts"][0]["text"]


def test_finds_values_that_break_the_contract(store, run, tmp_path):
    store.fill(rows() + [{"light": 99.0, "water": 20, "species": "fern"}] * 10, actual_after=None)

    assert run().returncode == 3
    assert names(tmp_path) == {"quality:light"}


def test_tells_prometheus_which_column_breaks_the_contract(store, run, tmp_path):
    store.fill(rows(90) + [{"light": 99.0, "water": 20, "species": "fern"}] * 10, actual_after=None)

    run()

    families = text_string_to_metric_families((tmp_path / "monitor.prom").read_text())
    samples = [sample for family in families for sample in family.samples if sample.name == "monitor_invalid_share"]
    shares = {sample.labels["column"]: sample.value for sample in samples}
    assert shares == {"light": 0.1, "water": 0.0, "species": 0.0}


def test_counts_actuals_that_come_after_their_window(store, run, tmp_path):
    store.fill(rows(200), days_ago=200, actual_after=190)

    assert run().returncode == 0
    assert (report(tmp_path)["rows"], report(tmp_path)["errors"]["rows"]) == (0, 200)


def test_does_not_know_what_came_after_the_window(store, run, tmp_path):
    store.fill(rows(200), days_ago=40, actual_after=60)

    done = run()

    assert (done.returncode, names(tmp_path)) == (3, {"actuals"})
    assert report(tmp_path)["actuals"] == {"due": 200, "share": 0.0, "lateness_days": None}


def test_waits_for_actuals_as_long_as_the_grace_lasts(store, run, tmp_path):
    store.fill(rows(200), days_ago=25, actual_after=None)

    assert run().returncode == 0
    assert report(tmp_path)["actuals"]["due"] == 0


def test_does_not_ask_for_actuals_where_nobody_is_to_give_them(store, run):
    store.fill(rows(200), days_ago=40, actual_after=None)

    assert (run().returncode, run(min_actuals_share=0).returncode) == (3, 0)


def test_says_that_an_empty_store_is_empty(store, run):
    done = run()

    assert done.returncode == 0
    assert "No predictions of this bundle in the window." in done.stdout


def test_says_that_there_is_no_store(run, tmp_path):
    done = run(store_url=f"sqlite:///{tmp_path}/none.db")

    assert done.returncode == 1
    assert "has stored nothing yet" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    "settings", [{"alfa": 1}, {"alpha": 2}, {"window_days": 0}, {"min_rows": "many"}, {"min_actuals_share": 1.5}]
)
def test_refuses_wrong_settings(run, settings):
    done = run(**settings)

    assert (done.returncode, "MONITOR_" in done.stderr) == (2, True)


def test_refuses_an_altered_bundle(store, run):
    (store.folder / "reference.json").write_text("{}")

    done = run()

    assert done.returncode == 1
    assert "reference.json has 2 bytes; manifest.json says" in done.stderr


def test_remembers_what_it_has_alerted_until_it_is_over(store, run, tmp_path):
    store.fill(rows(shift=1.0), actual_after=None)

    first, second = run(), run()
    store.fill(rows(20_000), actual_after=None)
    third = run()

    assert [done.returncode for done in (first, second, third)] == [3, 3, 0]
    assert "(new)" in first.stdout
    assert "(new)" not in second.stdout
    assert stores.open_alerts(store.engine, store.sha256) == {}


@pytest.mark.parametrize("step", ["report.json", "report.html", "metrics.prom", "remember"])
def test_a_run_that_was_cut_off_is_finished_by_the_next(store, tmp_path, monkeypatch, step):
    store.fill(rows(shift=1.0), actual_after=None)
    values = Settings(
        bundle_uri=str(store.folder), bundle_sha256=store.sha256, store_url=store.url, reports=str(tmp_path / "reports")
    )
    window = Window(UNTIL.replace(month=5), UNTIL)
    replace = outputs._replace

    def cut(*arguments):
        if step == "remember" or arguments[0].name == step:
            raise KeyboardInterrupt
        replace(*arguments)

    with monkeypatch.context() as patch:
        patch.setattr(*((stores, "remember", cut) if step == "remember" else (outputs, "_replace", cut)))
        with pytest.raises(KeyboardInterrupt):
            run_job(values, window)
    assert stores.open_alerts(store.engine, store.sha256) == {}

    assert run_job(values, window) == 3
    assert [(alert["name"], alert["new"]) for alert in report(tmp_path)["alerts"]] == [("drift:light", True)]
    assert list(stores.open_alerts(store.engine, store.sha256)) == ["drift:light"]


@pytest.fixture
def gateway():
    """A Pushgateway: its address, and the path and content of whatever is pushed to it."""
    pushed = []

    class Gateway(http.server.BaseHTTPRequestHandler):
        def do_PUT(self):
            pushed.append((self.path, self.rfile.read(int(self.headers["content-length"])).decode()))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_):
            pass

    with http.server.HTTPServer(("127.0.0.1", 0), Gateway) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}", pushed
        server.shutdown()


def test_writes_and_pushes_every_metric(store, run, tmp_path, gateway):
    url, pushed = gateway
    store.fill(rows())
    store.fill(rows(), days_ago=35)

    done = run(pushgateway_url=url)

    text = (tmp_path / "monitor.prom").read_text()
    assert done.returncode == 0, done.stderr
    assert pushed == [("/metrics/job/monitor/model/plants", text)]
    assert {family.name for family in text_string_to_metric_families(text)} == {
        "monitor_verdict", "monitor_mae", "monitor_interval_coverage", "monitor_interval_promised",
        "monitor_actuals_share", "monitor_last_run_timestamp_seconds", "monitor_rows", "monitor_invalid_share",
    }  # fmt: skip


def test_exports_a_verdict_for_each_finding_and_raises_those_that_it_reports(store, run, tmp_path):
    store.fill(rows(shift=1.0), error=40)
    store.fill(rows(), days_ago=35)

    run()

    families = text_string_to_metric_families((tmp_path / "monitor.prom").read_text())
    verdicts = {
        ":".join(filter(None, (sample.labels["finding"], sample.labels["column"]))): sample.value
        for family in families
        for sample in family.samples
        if sample.name == "monitor_verdict"
    }
    each = {f"{finding}:{column}" for finding in ("quality", "drift") for column in ("light", "water", "species")}
    assert set(verdicts) == each | {"drift-of-target", "error", "coverage", "actuals"}
    assert {name for name, raised in verdicts.items() if raised} == names(tmp_path) >= {"drift:light", "error"}


def test_pushes_for_its_namespace(store, run, gateway):
    url, pushed = gateway
    store.fill(rows())

    done = run(pushgateway_url=url, namespace="plumbline-staging")

    assert done.returncode == 0, done.stderr
    assert [path for path, _ in pushed] == ["/metrics/job/monitor/model/plants/namespace/plumbline-staging"]
