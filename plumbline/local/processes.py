"""Start and stop the repository's own processes in the background, known by their pid and start time."""

import os
import signal
import socket
import subprocess
import textwrap
import time
import urllib.error
import urllib.request
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import psutil

from plumbline.kernel import jsonfile
from plumbline.kernel.errors import PlumblineError

FOLDER = Path(".plumbline/run")
_CLOCK_STEP = 5  # seconds
_TAIL = 15  # lines of a log that a failure shows


@dataclass(frozen=True)
class Program:
    """A process to run.

    Attributes:
        name: Names its log and its pid file.
        command: Program and arguments.
        environment: Variables added to those of this process.
        ready: URL that answers 200 when the process is ready.
    """

    name: str
    command: list[str]
    environment: dict[str, str]
    ready: str


def start(program: Program, timeout: float = 60.0) -> None:
    """Start `program` and wait until it is ready; do nothing if it runs already.

    Raises:
        PlumblineError: Its port is another process's, or it ended or was not ready after `timeout` seconds; the message
            shows the end of its log.
    """
    if running(program.name):
        return
    _refuse_taken(program)
    FOLDER.mkdir(parents=True, exist_ok=True)
    log = FOLDER / f"{program.name}.log"
    with log.open("wb") as output:
        # A session of its own, so that its children can be stopped with it.
        child = subprocess.Popen(
            program.command,
            env=os.environ | program.environment,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    created = psutil.Process(child.pid).create_time()
    jsonfile.write(_record(program.name), {"pid": child.pid, "created": created})
    deadline = time.monotonic() + timeout
    # In this order: another process may take the port and answer, and then this one ends.
    while not _answers(program.ready) or child.poll() is not None:
        ended = child.poll() is not None
        if ended or time.monotonic() > deadline:
            stop(program.name)
            tail = "\n".join(log.read_text(errors="replace").splitlines()[-_TAIL:])
            fate = "ended" if ended else f"was not ready after {timeout:.0f} s"
            raise PlumblineError(f"{program.name} {fate}; the end of {log}:\n{tail}")
        time.sleep(0.05)


def start_all(programs: list[Program]) -> None:
    """Start `programs` in their order, each when the one before is ready; none if the port of one is taken.

    Raises:
        PlumblineError: As `start`.
    """
    for program in programs:
        if not running(program.name):
            _refuse_taken(program)
    for program in programs:
        start(program)


def running(name: str) -> psutil.Process | None:
    """Find the process that was started under `name`, if it still runs."""
    record = _record(name)
    if not record.exists():
        return None
    known = jsonfile.read(record)
    try:
        process = psutil.Process(known["pid"])
        # A pid is given again; the start time, which a step of the clock moves, tells whether this is still ours.
        if abs(process.create_time() - known["created"]) < _CLOCK_STEP and process.status() != psutil.STATUS_ZOMBIE:
            return process
    except psutil.NoSuchProcess:
        pass
    return None


def stop(name: str, grace: float = 15.0) -> bool:
    """Stop the process `name` and its children, first by SIGTERM, after `grace` seconds by SIGKILL.

    Returns:
        Whether it was running.
    """
    process = running(name)
    if process:
        family = [process, *process.children(recursive=True)]
        os.killpg(process.pid, signal.SIGTERM)
        _, alive = psutil.wait_procs(family, timeout=grace)
        for member in alive:
            member.kill()
        psutil.wait_procs(alive, timeout=5)
    _record(name).unlink(missing_ok=True)
    return process is not None


def names() -> list[str]:
    """Name the processes that were started and not yet stopped, in alphabetical order."""
    return sorted(path.stem for path in FOLDER.glob("*.json"))


def _record(name: str) -> Path:
    return FOLDER / f"{name}.json"


def _refuse_taken(program: Program) -> None:
    """Refuse a port that somebody listens on: what answers there, another clone's server, say, is not ours."""
    port = urlsplit(program.ready).port
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # as the servers do
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            raise PlumblineError(
                f"port {port}, where {program.name} would listen, is taken by {_listener(port)}: stop that first"
            ) from None


def _listener(port: int | None) -> str:
    """Say which process listens on a port, as far as this user may know."""
    for process in psutil.process_iter():
        try:
            listening = [at for at in process.net_connections("tcp") if at.status == psutil.CONN_LISTEN]
            if any(at.laddr.port == port for at in listening):
                command = textwrap.shorten(" ".join(process.cmdline()), 100, placeholder=" …")
                return f"`{command}` (pid {process.pid}, in {process.cwd()})"
        except psutil.Error:
            continue
    return "a process of another user"


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=2) as answer:  # noqa: S310 - a URL of our own
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False
