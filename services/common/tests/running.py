"""A service as a process of its own, for tests."""

import os
import socket
import subprocess
import sys
import time
from pathlib import Path

import httpx
import psutil

ROOT = Path(__file__).parents[3]


class Running:
    """Starts `python -m services.NAME.app` of the tree at `root` on a free port and stops it at the end."""

    def __init__(self, name: str, log: Path, wait_for: str = "/readyz", root: Path = ROOT, **settings: object) -> None:
        # Bound until the end, so that nobody else is given the port: the server binds beside it.
        self._held = socket.socket()
        self._held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        self._held.bind(("127.0.0.1", 0))
        self.port = self._held.getsockname()[1]
        prefix = name.upper() + "_"
        clean = {key: value for key, value in os.environ.items() if not key.startswith(prefix)}
        chosen = {prefix + key.upper(): str(value) for key, value in settings.items()}
        if name == "predict" and "PREDICT_PUBLIC_KEY" not in chosen:
            chosen["PREDICT_ALLOW_UNSIGNED"] = "true"
        if name == "api":  # a busy machine is not what the tests are about
            chosen = {"API_PREDICT_SECONDS": "30", "API_STORE_SECONDS": "30"} | chosen
        self.log = log
        self.url = f"http://127.0.0.1:{self.port}"
        with log.open("ab") as output:
            self.process = subprocess.Popen(
                [sys.executable, "-m", f"services.{name}.app"],
                cwd=root,
                env=clean | chosen | {f"{prefix}PORT": str(self.port)},
                stderr=output,
                stdout=output,
            )
        self.client = httpx.Client(base_url=self.url, timeout=60)
        try:
            self.wait(wait_for)
        except BaseException:
            self.stop()
            raise

    def authorize(self, key: str) -> None:
        """Let the client send an API key."""
        self.client.headers["authorization"] = f"Bearer {key}"

    @property
    def key(self) -> str:
        """The API key that the client sends."""
        return self.client.headers["authorization"].removeprefix("Bearer ")

    def wait(self, path: str, status: int = 200, seconds: float = 60, said: str = "") -> httpx.Response:
        """Wait until `path` answers with `status` and a body in which `said` stands."""
        deadline = time.monotonic() + seconds
        while True:
            try:
                response = self.client.get(path)
                if response.status_code == status and said in response.text:
                    return response
                last = response.text
            except httpx.TransportError as error:
                last = repr(error)
            if time.monotonic() > deadline or self.process.poll() is not None:
                raise AssertionError(f"{path} is not {status} {said}: {last}\n{self.log.read_text()[-3000:]}")
            time.sleep(0.02)

    def stop(self) -> int:
        """Stop it as the platform does, and give its exit status."""
        self.client.close()
        if self.process.poll() is None:
            self.process.terminate()
        try:
            return self.process.wait(60)
        finally:
            self._held.close()

    def __enter__(self) -> "Running":
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()


def workers(service: Running) -> list[psutil.Process]:
    """Give the worker processes of a service."""
    return [
        child
        for child in psutil.Process(service.process.pid).children(recursive=True)
        if child.status() != psutil.STATUS_ZOMBIE
    ]
