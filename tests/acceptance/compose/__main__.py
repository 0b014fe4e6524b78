"""The stack of compose.yaml as a whole: priced, broken, alerted, answered: plumb ci test-compose.

Needs `make images`, `plumb images compose-env`, and docker compose or podman-compose.
"""

import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import httpx
from rich.console import Console
from rich.table import Table

from plumbline.bundle import parity, reading
from plumbline.bundle.contract import Contract
from plumbline.bundle.files import Golden
from plumbline.kernel.errors import PlumblineError
from tests.acceptance.compose.stack import Stack
from tests.acceptance.story import play, until

_API, _PROMETHEUS, _ALERTMANAGER = "http://127.0.0.1:8000", "http://127.0.0.1:9090", "http://127.0.0.1:9093"
_ROWS = 200  # of one kind: a drift that no test of the monitor misses
_MONITOR = ("python", "-m", "services.monitor.app")
MISSED = (OSError, PlumblineError, LookupError, ValueError, httpx.HTTPError)  # by what is not there yet
wait = partial(until, errors=MISSED)
_BUCKETS = "import boto3; print(*sorted(b['Name'] for b in boto3.client('s3').list_buckets()['Buckets']))"


class Story:
    """What happens to the stack, step by step."""

    def __init__(self, stack: Stack) -> None:
        self.stack = stack
        self._folder = Path(".plumbline/models") / stack.variables["BUNDLE"]
        self._golden = reading.part(self._folder, Golden)
        self._key = ""

    def up(self) -> str:
        """Everything starts, and api is ready."""
        self.stack.up()
        wait("api is ready", lambda: _get(f"{_API}/readyz").is_success, 180)
        return f"without {', '.join(self.stack.missing)}: no image" if self.stack.missing else "all services"

    def buckets(self) -> str:
        """The buckets are those of a cluster, and MLflow's logins work."""
        found = wait("the buckets", lambda: self.stack.execute("mlflow", "python", "-c", _BUCKETS).split(), 60)
        if found != ["data", "data-cache", "models", "pipeline"]:
            raise PlumblineError(f"the buckets are {found}")
        login = ("admin", self.stack.variables["MLFLOW_ADMIN_PASSWORD"])
        url = "http://127.0.0.1:5000/api/2.0/mlflow/experiments/get-by-name?experiment_name=Default"
        wait("MLflow", lambda: httpx.get(url, auth=login, timeout=10).is_success, 120)
        if (refused := httpx.get(url, timeout=10).status_code) != httpx.codes.UNAUTHORIZED:
            raise PlumblineError(f"MLflow answers a stranger with {refused}")
        return "four buckets; MLflow refuses a stranger"

    def priced(self) -> str:
        """A golden row has the golden price."""
        make = ("python", "-m", "services.api.app.keys", "create", "--name", "me", "--requests-per-minute", "10000")
        self._key = self.stack.execute("api", *make).split()[-1]
        answer = self._ask({"input": self._golden.rows[0]}).json()
        parity.check(reading.part(self._folder, Contract), self._golden, 0, answer)
        return f"{answer['prediction']} {answer.get('unit', '')}".strip()

    def watched(self) -> str:
        """Prometheus sees the services and the gateway of the jobs, knows Alertmanager, and nothing drifts."""

        def jobs() -> set[str] | None:
            targets = _get(f"{_PROMETHEUS}/api/v1/targets").json()["data"]["activeTargets"]
            up = {target["labels"]["job"] for target in targets if target["health"] == "up"}
            return up if up == {"api", "predict", "pushgateway"} else None

        seen = wait("all targets are up", jobs, 90)
        known = _get(f"{_PROMETHEUS}/api/v1/alertmanagers").json()["data"]["activeAlertmanagers"]
        if len(known) != 1 or "FeatureDrift" in self._alerts():
            raise PlumblineError(f"Alertmanagers {known}, alerts {self._alerts()}")
        return ", ".join(sorted(seen))

    def broken(self) -> str:
        """Without predict there is no price and a 503; with it there is one again."""
        self.stack.run("stop", "predict")
        wait(
            "a 503",
            lambda: self._ask({"input": self._golden.rows[0]}).status_code == httpx.codes.SERVICE_UNAVAILABLE,
            60,
        )
        self.stack.run("start", "predict")
        wait("a price again", lambda: self._ask({"input": self._golden.rows[0]}).is_success, 60)
        return "503 while predict was away"

    def drifted(self) -> str:
        """What is asked is no longer what was trained on, and the monitor says so."""
        answer = self._ask({"inputs": [self._golden.rows[0]] * _ROWS})
        answer.raise_for_status()
        said = self.stack.execute("monitor", *_MONITOR)
        alerts = [line for line in said.splitlines() if line.startswith("alert: ")]
        if not alerts:
            raise PlumblineError(f"the monitor sees no drift:\n{said}")
        return f"{len(alerts)} alerts of the monitor"

    def alerted(self) -> str:
        """The alert goes from the monitor's metrics by Prometheus to Alertmanager."""
        wait("FeatureDrift at Alertmanager", lambda: "FeatureDrift" in self._alerts(), 180)
        return ", ".join(sorted(self._alerts()))

    def answered(self) -> str:
        """The receiver starts the model pipeline: once."""
        (told, *more) = wait("a dispatch at GitHub", self.stack.told, 60)
        names = {alert["alert"] for alert in told["body"]["client_payload"]["alerts"]}
        if more or told["path"] != "/repos/a/b/dispatches" or "FeatureDrift" not in names:
            raise PlumblineError(f"GitHub was told {[told, *more]}")
        return f"{told['body']['event_type']}: {', '.join(sorted(names))}"

    def _ask(self, body: Any) -> httpx.Response:
        headers = {"authorization": f"Bearer {self._key}"}
        return httpx.post(f"{_API}/v1/predictions", json=body, headers=headers, timeout=30)

    @staticmethod
    def _alerts() -> set[str]:
        return {alert["labels"]["alertname"] for alert in _get(f"{_ALERTMANAGER}/api/v2/alerts").json()}


def _get(url: str) -> httpx.Response:
    return httpx.get(url, timeout=10)


def main() -> int:
    """Play the story, print it as a table, and leave nothing behind; 1 if a step failed."""
    console, table = Console(width=150, highlight=False), Table("step", "seconds", "what was seen")
    stack = Stack()
    story, failed = Story(stack), ""
    steps: tuple[Callable[[], str], ...] = (
        story.up,
        story.buckets,
        story.priced,
        story.watched,
        story.broken,
        story.drifted,
        story.alerted,
        story.answered,
    )
    try:
        failing = (PlumblineError, httpx.HTTPError, LookupError)
        failed = play({step.__name__: step for step in steps}, table, console, failing)
        if failed:
            console.print(f"{stack.logs()}\n{failed}", markup=False)
    finally:
        stack.down()
    console.print(table)
    if failed:
        console.print(f"error: {failed}", markup=False)
    return int(bool(failed))


if __name__ == "__main__":
    try:
        sys.exit(main())
    except PlumblineError as error:
        sys.exit(f"error: {error}")
