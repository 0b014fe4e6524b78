"""Alerts that Alertmanager sends start the model pipeline: once a week each, not too often, and for nobody else."""

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx
import pytest

from plumbline.ci.github import Repository
from plumbline.loop.dispatcher import Dispatcher
from plumbline.loop.receiver import Receiver
from plumbline.loop.state import State
from plumbline.testing.repository import ROOT
from plumbline.testing.web import JSONHandler

TOKEN = {"authorization": "Bearer secret"}
DAY = 86_400


class GitHub(ThreadingHTTPServer):
    """Keeps the dispatches that it received; fails as often as `failures` says."""

    received: list[Any]
    failures: int
    asked: int


class GitHubHandler(JSONHandler, BaseHTTPRequestHandler):
    server: GitHub

    def do_POST(self) -> None:
        body = self.asked()
        self.server.asked += 1
        failing = self.server.asked <= self.server.failures
        if not failing:
            assert (self.path, self.headers["authorization"]) == ("/repos/owner/house/dispatches", "Bearer github")
            self.server.received.append(body)
        self.answer(503 if failing else 204)


class Clock:
    now = 1_700_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def github() -> Iterator[GitHub]:
    with GitHub(("127.0.0.1", 0), GitHubHandler) as server:
        server.received, server.failures, server.asked = [], 0, 0
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def url(github: GitHub, clock: Clock, tmp_path: Path) -> Iterator[str]:
    repository = Repository("owner/house", "github", f"http://127.0.0.1:{github.server_port}")
    dispatcher = Dispatcher(repository, State(tmp_path / "loop.db", clock), limit=2, window=DAY, again=7 * DAY, pause=0)
    with Receiver(("127.0.0.1", 0), "secret", dispatcher) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/alerts"
        server.shutdown()
        thread.join()


def alert(fingerprint: str, starts_at: str = "2026-01-01T00:00:00Z", status: str = "firing") -> dict[str, Any]:
    """An alert as Alertmanager sends it."""
    return {
        "status": status,
        "labels": {"alertname": "FeatureDrift", "namespace": "plumbline-staging", "severity": "ticket"},
        "annotations": {"summary": "3 features have drifted"},
        "startsAt": starts_at,
        "endsAt": "0001-01-01T00:00:00Z",
        "generatorURL": "http://prometheus/graph",
        "fingerprint": fingerprint,
    }


def send(url: str, *alerts: dict[str, Any]) -> httpx.Response:
    message = {"version": "4", "groupKey": "{}", "status": "firing", "receiver": "loop", "alerts": alerts}
    return httpx.post(url, json=message, headers=TOKEN, timeout=60)


def test_an_alert_starts_the_pipeline_with_what_is_known_of_it(url: str, github: GitHub) -> None:
    assert send(url, alert("a"), alert("b")).status_code == 202

    [dispatched] = github.received
    assert dispatched["event_type"] == "drift"
    assert [one["fingerprint"] for one in dispatched["client_payload"]["alerts"]] == ["a", "b"]
    assert dispatched["client_payload"]["alerts"][0] == {
        "alert": "FeatureDrift",
        "namespace": "plumbline-staging",
        "summary": "3 features have drifted",
        "fingerprint": "a",
        "starts_at": "2026-01-01T00:00:00Z",
    }


def test_a_repeated_alert_starts_nothing(url: str, github: GitHub) -> None:
    send(url, alert("a"))
    answer = send(url, alert("a"), alert("c", status="resolved"))
    assert (answer.status_code, answer.json()["message"]) == (202, "0 new of 1")
    assert len(github.received) == 1


def test_an_alert_that_fires_anew_each_morning_starts_the_pipeline_once_a_week(
    url: str, github: GitHub, clock: Clock
) -> None:
    # given a Prometheus that stops every night, so that an alert which persists begins anew
    for day in range(1, 10):
        send(url, alert("a", starts_at=f"2026-01-{day:02}T02:30:00Z"))
        clock.now += DAY

    started = [dispatched["client_payload"]["alerts"][0]["starts_at"][:10] for dispatched in github.received]
    assert started == ["2026-01-01", "2026-01-08"]


def test_another_alert_does_not_wait_for_it(url: str, github: GitHub) -> None:
    send(url, alert("a"))
    send(url, alert("a", starts_at="2026-01-02T02:30:00Z"), alert("b"))
    assert [one["fingerprint"] for one in github.received[1]["client_payload"]["alerts"]] == ["b"]


def test_many_alerts_at_once_start_it_once(url: str, github: GitHub) -> None:
    senders = [threading.Thread(target=send, args=(url, alert("a"))) for _ in range(8)]
    for sender in senders:
        sender.start()
    for sender in senders:
        sender.join()
    assert len(github.received) == 1


def test_the_limit_holds_until_the_window_has_passed(url: str, github: GitHub, clock: Clock) -> None:
    send(url, alert("a"))
    clock.now += 3600
    send(url, alert("b"))
    clock.now += 3600

    limited = send(url, alert("c"))
    clock.now += int(limited.headers["retry-after"])
    later = send(url, alert("c"))

    assert (limited.status_code, later.status_code) == (429, 202)
    assert int(limited.headers["retry-after"]) == DAY - 7200
    assert len(github.received) == 3


def test_a_failure_of_github_is_tried_again(url: str, github: GitHub) -> None:
    github.failures = 2
    assert send(url, alert("a")).status_code == 202
    assert (github.asked, len(github.received)) == (3, 1)


def test_what_github_refused_is_dispatched_when_alertmanager_sends_it_again(url: str, github: GitHub) -> None:
    github.failures = 3
    refused = send(url, alert("a"))
    again = send(url, alert("a"))
    assert (refused.status_code, again.status_code) == (502, 202)
    assert len(github.received) == 1


@pytest.mark.parametrize("given", [None, "Bearer wrong", "secret", "Basic secret"])
def test_nobody_starts_it_without_the_token(url: str, github: GitHub, given: str | None) -> None:
    headers = {"authorization": given} if given else {}
    answer = httpx.post(url, json={"version": "4", "alerts": [alert("a")]}, headers=headers, timeout=60)
    assert answer.status_code == 401
    assert github.asked == 0


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (b"{", "(all): Invalid JSON"),
        (b'{"version": "3", "alerts": []}', "version: "),
        (b'{"version": "4", "alerts": [{"status": "firing", "labels": {}}]}', "alerts.0.fingerprint: Field required"),
    ],
)
def test_what_is_no_message_of_alertmanager_is_refused(url: str, body: bytes, message: str) -> None:
    answer = httpx.post(url, content=body, headers=TOKEN, timeout=60)
    assert answer.status_code == 400
    assert answer.json()["message"].startswith(message)


def test_a_message_that_is_too_large_is_not_read(url: str) -> None:
    answer = httpx.post(url, content=b"x" * ((1 << 20) + 1), headers=TOKEN, timeout=60)
    assert answer.status_code == 413


def test_what_was_dispatched_is_known_after_a_restart(tmp_path: Path, clock: Clock) -> None:
    State(tmp_path / "loop.db", clock).record(["a", "b"], keep=DAY)
    again = State(tmp_path / "loop.db", clock)
    assert again.unknown(["a", "c"], again=DAY) == {"c"}
    assert again.wait(limit=1, window=60) == 60
    clock.now += DAY + 1
    again.record(["d"], keep=DAY)
    assert again.unknown(["a", "d"], again=7 * DAY) == {"a"}


def start(**variables: str) -> subprocess.Popen[str]:
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("PLUMBLINE_", "GITHUB_"))}
    command = [sys.executable, "-m", "plumbline.cli", "model", "listen", "--port", variables.pop("port"), "--state"]
    return subprocess.Popen(
        [*command, variables.pop("state")], cwd=ROOT, env=clean | variables, stderr=subprocess.PIPE, text=True
    )


def test_it_runs_as_a_program_and_stops_when_it_is_told_to(github: GitHub, tmp_path: Path) -> None:
    api = f"http://127.0.0.1:{github.server_port}"
    variables = {"GITHUB_REPOSITORY": "owner/house", "GITHUB_TOKEN": "github", "GITHUB_API_URL": api}
    program = start(port="0", state=str(tmp_path / "loop.db"), PLUMBLINE_LOOP_TOKEN="secret", **variables)
    assert program.stderr is not None
    line = json.loads(program.stderr.readline())
    assert line["event"] == "listening"

    url = f"http://127.0.0.1:{line['port']}"
    assert httpx.get(f"{url}/livez", timeout=60).status_code == 200
    assert send(f"{url}/alerts", alert("a")).status_code == 202
    program.send_signal(signal.SIGTERM)

    rest = program.communicate(timeout=60)[1]
    assert program.returncode == 0
    assert "stopped" in rest
    assert "secret" not in rest
    assert len(github.received) == 1


def test_it_does_not_start_without_a_token(tmp_path: Path) -> None:
    program = start(port="0", state=str(tmp_path / "loop.db"))
    assert "error: PLUMBLINE_LOOP_TOKEN is not set" in program.communicate(timeout=60)[1]
    assert program.returncode == 1
