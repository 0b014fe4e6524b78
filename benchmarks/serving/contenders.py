"""The servers that are compared: how each is started and asked, and what it answers."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import psutil

ROOT = Path(__file__).parents[2]
PEERS = "benchmarks.serving.peers"
Rows = list[dict[str, Any]]


@dataclass
class Contender:
    """A server.

    Attributes:
        path: Where it predicts.
        body: Makes a request's body of rows.
        predictions: Takes the predictions out of an answer; None for a constant.
        per_core: Whether it counts in the comparison of one core.
    """

    name: str
    port: int
    command: list[str]
    path: str
    body: Callable[[Rows], Any]
    predictions: Callable[[Any], list[float]] | None
    ready: str = "/readyz"
    environment: dict[str, str] = field(default_factory=dict)
    key: str | None = None
    process: "subprocess.Popen[bytes] | None" = None
    ready_seconds: float = 0.0

    @property
    def url(self) -> str:
        """Where it predicts."""
        return f"http://127.0.0.1:{self.port}{self.path}"

    def start(self, core: int, log: Path) -> None:
        """Start it on one core and wait until it is ready.

        Raises:
            RuntimeError: It is not ready after two minutes.
        """
        environment = os.environ | {"OMP_NUM_THREADS": "1", "PYTHONPATH": str(ROOT)}
        started = time.monotonic()
        with log.open("wb") as output:
            self.process = subprocess.Popen(
                ["taskset", "-c", str(core), *self.command], cwd=ROOT, stdout=output, stderr=output,
                env=environment | self.environment,
            )  # fmt: skip
        while time.monotonic() < started + 120 and self.process.poll() is None:
            try:
                answer = httpx.get(f"http://127.0.0.1:{self.port}{self.ready}", timeout=2)
            except httpx.TransportError:
                time.sleep(0.02)
                continue
            if answer.status_code < 400:
                self.ready_seconds = time.monotonic() - started
                return
            time.sleep(0.02)
        raise RuntimeError(f"{self.name} is not ready: {log.read_text()[-2000:]}")

    def ask(self, rows: Rows) -> list[float]:
        """Ask once and give the predictions."""
        headers = {"authorization": f"Bearer {self.key}"} if self.key else {}
        response = httpx.post(self.url, json=self.body(rows), headers=headers, timeout=60)
        answer = response.raise_for_status().json()
        return self.predictions(answer) if self.predictions else []

    def memory(self) -> int:
        """Give the resident memory of the largest of its processes, in bytes."""
        if self.process is None:
            return 0
        parent = psutil.Process(self.process.pid)
        return max(item.memory_info().rss for item in [parent, *parent.children(recursive=True)])

    def stop(self) -> None:
        """Stop it and its children."""
        if self.process is None or self.process.poll() is not None:
            return
        children = psutil.Process(self.process.pid).children(recursive=True)
        self.process.terminate()
        try:
            self.process.wait(15)
        except subprocess.TimeoutExpired:
            self.process.kill()
        for child in psutil.wait_procs(children, timeout=5)[1]:
            child.kill()


def _of(items: list[dict[str, float]]) -> list[float]:
    return [item["prediction"] for item in items]


def ours(folder: Path, bundle: Path, sha256: str, key: Callable[[str], str]) -> list[Contender]:
    """Give our services: predict with one and two workers, and api in front of the first.

    Args:
        folder: For the api's store.
        bundle: The bundle to serve.
        sha256: Of its manifest.
        key: Makes an API key in the store with the given URL.
    """
    module = [sys.executable, "-m"]
    serving = {
        "PREDICT_BUNDLE_URI": str(bundle),
        "PREDICT_BUNDLE_SHA256": sha256,
        "PREDICT_ALLOW_UNSIGNED": "true",
    }
    store = f"sqlite:///{folder}/store.db"
    return [
        *(
            Contender(
                name, port, [*module, "services.predict.app"], "/v1/predict",
                lambda rows: {"inputs": rows}, lambda answer: _of(answer["predictions"]),
                environment=serving | {"PREDICT_PORT": str(port), "PREDICT_WORKERS": str(workers)},
            )
            for name, port, workers in (("predict", 18101, 1), ("predict, 2 workers", 18102, 2))
        ),
        Contender(
            "api", 18103, [*module, "services.api.app"], "/v1/predictions",
            lambda rows: {"inputs": rows}, lambda answer: _of(answer["predictions"]),
            environment={
                "API_PORT": "18103", "API_PREDICT_URL": "http://127.0.0.1:18101",
                "API_STORE_URL": store, "API_REQUESTS_PER_MINUTE": "100000000",
                "API_LOG_REQUESTS": "false",
            },
            key=key(store),
        ),
        Contender(
            "same server, constant", 18104,
            ["granian", "--interface", "rsgi", "--port", "18104", f"{PEERS}.constant:application"],
            "/", lambda rows: {"inputs": rows}, None, ready="/",
        ),
    ]  # fmt: skip


def peers(folder: Path, environments: Path) -> list[Contender]:
    """Give the other servers, each with one worker.

    Args:
        folder: For the files they are started with.
        environments: Holds the environments of MLServer and BentoML.
    """
    subprocess.run(
        [sys.executable, "-m", f"{PEERS}.mlflow_model", str(folder / "mlflow")],
        cwd=ROOT, check=True, capture_output=True, env=os.environ | {"PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    _mlserver(folder / "mlserver")
    (folder / "nginx.conf").write_text(_NGINX.format(folder=folder))
    return [
        Contender(
            "mlflow models serve", 18111,
            ["mlflow", "models", "serve", "-m", str(folder / "mlflow"), "--env-manager", "local",
             "--port", "18111", "--workers", "1"],
            "/invocations", lambda rows: {"dataframe_records": rows},
            lambda answer: _of(answer["predictions"]), ready="/ping",
        ),
        Contender(
            "MLServer", 18112,
            [str(environments / "mlserver/bin/mlserver"), "start", str(folder / "mlserver")],
            "/v2/models/model/infer",
            lambda rows: {"inputs": [{"name": "rows", "shape": [1], "datatype": "BYTES",
                                      "data": [json.dumps(rows)]}]},
            lambda answer: _of(json.loads(answer["outputs"][0]["data"][0])),
            ready="/v2/models/model/ready",
        ),
        Contender(
            "BentoML", 18113,
            [str(environments / "bentoml/bin/bentoml"), "serve", f"{PEERS}.bentoml_service:Served",
             "--port", "18113"],
            "/predict", lambda rows: {"inputs": rows}, _of,
        ),
        Contender(
            "FastAPI, pandas, joblib", 18114,
            ["uvicorn", f"{PEERS}.fastapi_app:app", "--port", "18114", "--no-access-log"],
            "/predict", lambda rows: {"inputs": rows}, _of, ready="/health",
        ),
        Contender(
            "nginx, constant", 18115, ["nginx", "-c", str(folder / "nginx.conf")],
            "/", lambda rows: {"inputs": rows}, None, ready="/",
        ),
    ]  # fmt: skip


def _mlserver(folder: Path) -> None:
    folder.mkdir()
    settings = {"http_port": 18112, "grpc_port": 18122, "metrics_port": 18132, "parallel_workers": 0}
    model = {"name": "model", "implementation": f"{PEERS}.mlserver_runtime.Served"}
    (folder / "settings.json").write_text(json.dumps(settings | {"debug": False}))
    (folder / "model-settings.json").write_text(json.dumps(model))


_NGINX = """
daemon off; worker_processes 1; pid {folder}/nginx.pid; error_log {folder}/nginx.log;
events {{ worker_connections 256; }}
http {{
  access_log off; keepalive_requests 1000000000; client_body_temp_path {folder};
  server {{ listen 127.0.0.1:18115; location / {{ return 200 '{{}}'; }} }}
}}
"""
