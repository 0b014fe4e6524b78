"""The services and MLflow's interface on this machine: `plumb up` and `plumb down`."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from plumbline.kernel import jsonfile
from plumbline.kernel.errors import PlumblineError
from plumbline.local import processes
from plumbline.local.processes import Program

RELEASE = Path(".plumbline/release.json")


def release() -> dict[str, Any]:
    """Read what was released last.

    Raises:
        PlumblineError: No bundle was released.
    """
    if not RELEASE.exists():
        raise PlumblineError("no bundle was released: run `make up`, or `make pipeline` and `plumb release register`")
    found: dict[str, Any] = jsonfile.read(RELEASE)
    return found


def serving(released: dict[str, Any]) -> dict[str, str]:
    """Give the settings by which `predict`, or what scores as it does, takes a release."""
    return {
        "PREDICT_BUNDLE_URI": released["uri"],
        "PREDICT_BUNDLE_SHA256": released["bundle_sha256"],
        "PREDICT_PUBLIC_KEY": released["public_key"],
    }


def scoring() -> dict[str, str]:
    """Give the settings of what scores: the environment's, as a job of a cluster has them, or the last release's.

    Raises:
        PlumblineError: The environment names no bundle, and none was released.
    """
    given = {name: value for name, value in os.environ.items() if name.startswith("PREDICT_")}
    return given if given.get("PREDICT_BUNDLE_URI") else serving(release())


def services(api_port: int, predict_port: int, prefix: str = "") -> list[Program]:
    """Describe `predict` and `api`, in this order, with the bundle that was released last.

    Args:
        api_port: Where `api` listens on the loopback.
        predict_port: Where `predict` listens on the loopback.
        prefix: Goes before the programs' names, to run beside others.

    Raises:
        PlumblineError: No bundle was released.
    """
    released = release()
    predict, api = f"http://127.0.0.1:{predict_port}", f"http://127.0.0.1:{api_port}"
    return [
        Program(
            f"{prefix}predict",
            [sys.executable, "-m", "services.predict.app"],
            {"PREDICT_PORT": str(predict_port), **serving(released)},
            f"{predict}/readyz",
        ),
        Program(
            f"{prefix}api",
            [sys.executable, "-m", "services.api.app"],
            {"API_PORT": str(api_port), "API_PREDICT_URL": predict},
            f"{api}/readyz",
        ),
    ]


def mlflow(port: int) -> Program:
    """Describe MLflow's interface over the embedded store."""
    url = f"http://127.0.0.1:{port}"
    command = [sys.executable, "-m", "mlflow", "server", "--host", "127.0.0.1", "--port", str(port), "--workers", "1"]
    store = ["--backend-store-uri", "sqlite:///.plumbline/mlflow.db", "--serve-artifacts"]
    return Program("mlflow", command + store, {"MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false"}, f"{url}/health")


def key(name: str, *options: str) -> str:
    """Make an API key; give its secret, which is shown nowhere else.

    Args:
        name: Who or what uses it.
        options: `--if-none` to make one only if no valid key has this name; else the answer is empty.
    """
    command = [sys.executable, "-m", "services.api.app.keys", "create", "--name", name, *options]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


def up() -> None:
    """Start everything; print where it answers, and the first API key once."""
    from plumbline import tracking  # here: who only stops the programs does not wait for MLflow's import

    programs, server = services(8000, 8001), tracking.variable("TRACKING_URI")
    if not server:
        tracking.client()  # makes the tables of a new database
        programs.append(mlflow(5000))
    processes.start_all(programs)
    token = key("first", "--if-none")
    print(f"api      http://127.0.0.1:8000/{f'#key={token}' if token else ''}")  # noqa: T201 - the target's output
    print("predict  http://127.0.0.1:8001")  # noqa: T201
    print(f"mlflow   {server or 'http://127.0.0.1:5000'}")  # noqa: T201
    if token:
        print(f"key      {token}  (shown this once; `plumb api-key` makes another)")  # noqa: T201
    print(f"logs in {processes.FOLDER}; stop with `plumb down`")  # noqa: T201


def down() -> None:
    """Stop everything that was started."""
    for name in processes.names():
        was = "stopped" if processes.stop(name) else "was not running"
        print(f"{name:8} {was}")  # noqa: T201
