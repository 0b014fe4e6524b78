"""A Ray cluster for tests: raylets of this machine, each an address of the loopback in the place of a machine."""

import itertools
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

import psutil

_HOSTS = itertools.count(2)  # 127.0.0.1 would be taken for the machine's own address, which others reach
_PORTS = ("metrics-export-port", "dashboard-agent-grpc-port", "dashboard-agent-listen-port", "runtime-env-agent-port")
_OF_THE_HEAD = ("port", "ray-client-server-port", "dashboard-port")
_TRIES = 8  # a raylet ends if its agents are not there within some 15 seconds, as on a busy machine
_SECONDS = 300
_PATIENT = {
    "RAY_agent_register_timeout_ms": str(_SECONDS * 1000),
    "RAY_worker_register_timeout_seconds": str(_SECONDS),
    "RAY_memory_monitor_refresh_ms": "0",  # others fill this machine
    "RAY_USAGE_STATS_ENABLED": "0",
}


class Raylet:
    """One of a cluster, with what belongs to it: the head of a new one, or one that joins a head.

    Attributes:
        address: Where the head answers.
    """

    def __init__(self, folder: Path, address: str = "", cores: int = 1, mark: str = "head") -> None:
        """Start it and wait until it has joined.

        Args:
            folder: Of the cluster; a short path, for a socket's has a limit.
            address: Of the head; none starts one.
            cores: That it gives out.
            mark: Is in the variable RAYLET of its workers.
        """
        self._log = folder / f"start-{mark}.log"
        for _ in range(_TRIES):
            self._start(folder, address, cores, mark)
            if self._joined():
                return
            self.stop()
        raise RuntimeError(f"a raylet has not started: {self._log.read_text(errors='replace')[-2000:]}")

    def _start(self, folder: Path, address: str, cores: int, mark: str) -> None:
        host = f"127.0.0.{next(_HOSTS)}"
        ports = _free(host, (*_PORTS, *(() if address else _OF_THE_HEAD)))
        self.address = address or f"{host}:{ports['port']}"
        words = [f"--node-ip-address={host}", f"--num-cpus={cores}", "--object-store-memory=100000000"]
        words += ["--min-worker-port=0", "--max-worker-port=0", *(f"--{name}={port}" for name, port in ports.items())]
        head = ["--head", f"--temp-dir={folder}", "--include-dashboard=false"]
        words += [f"--address={address}"] if address else head
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(
                [Path(sys.executable).with_name("ray"), "start", "--block", *words],
                env=os.environ | _PATIENT | {"RAYLET": mark},
                stdout=log,
                stderr=log,
            )

    def _joined(self) -> bool:
        """Wait until it has, or has ended."""
        end = time.monotonic() + _SECONDS
        while self._process.poll() is None and time.monotonic() < end:
            if b"Ray runtime started" in self._log.read_bytes():
                return True
            with suppress(psutil.NoSuchProcess):
                if any(it.status() == psutil.STATUS_ZOMBIE for it in self.processes()):
                    return False
            time.sleep(0.5)
        return False

    def processes(self) -> list[psutil.Process]:
        """Give its processes."""
        try:
            return psutil.Process(self._process.pid).children(recursive=True)
        except psutil.NoSuchProcess:
            return []

    def kill(self) -> None:
        """Kill the raylet itself, as a fault would; what belongs to it ends when it notices."""
        (raylet,) = (it for it in self.processes() if it.name() == "raylet")
        raylet.kill()
        self._process.wait()

    def stop(self) -> None:
        """End all of it."""
        family = self.processes()
        self._process.terminate()
        _, alive = psutil.wait_procs(family, timeout=10)
        for process in alive:
            process.kill()
        self._process.wait()


@contextmanager
def head() -> Iterator[tuple[Raylet, Path]]:
    """Run the head of a cluster; give it and its folder, which all its raylets share."""
    folder = Path(tempfile.mkdtemp(prefix="ray-"))
    with ExitStack() as stack:
        stack.callback(shutil.rmtree, folder, ignore_errors=True)
        started = Raylet(folder)
        stack.callback(started.stop)
        yield started, folder


def _free(host: str, names: tuple[str, ...]) -> dict[str, int]:
    """Give each a port that nobody listens on; for those that Ray chooses itself it waits a short while alone."""
    with ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for _ in names]
        for one in sockets:
            one.bind((host, 0))
        return {name: one.getsockname()[1] for name, one in zip(names, sockets, strict=True)}
