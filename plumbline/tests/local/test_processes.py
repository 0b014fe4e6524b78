"""Real processes, started and stopped."""

import sys
from pathlib import Path

import psutil
import pytest

from plumbline.kernel import jsonfile, runtime
from plumbline.kernel.errors import PlumblineError
from plumbline.local import demo, processes
from plumbline.local.processes import Program

SERVER = """
import http.server, subprocess, sys
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
http.server.HTTPServer(("127.0.0.1", int(sys.argv[1])), Handler).serve_forever()
"""


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def program(code: str = SERVER) -> Program:
    port, _ = demo.free_ports()
    return Program("server", [sys.executable, "-c", code, str(port)], {}, f"http://127.0.0.1:{port}/")


def test_a_started_program_is_stopped_with_its_children() -> None:
    processes.start(program())
    server = processes.running("server")
    assert server is not None
    family = [server, *server.children()]
    assert len(family) == 2
    assert processes.names() == ["server"]
    assert processes.stop("server")
    assert not any(member.is_running() for member in family)
    assert processes.names() == []


def test_starting_again_leaves_the_running_one() -> None:
    server = program()
    processes.start(server)
    try:
        first = processes.running("server")
        processes.start(server)
        assert processes.running("server") == first
    finally:
        processes.stop("server")


def test_another_folders_server_is_named_and_not_taken_for_ones_own(tmp_path: Path) -> None:
    server = program()
    processes.start(server)
    theirs = processes.running("server")
    assert theirs is not None
    try:
        first, second = program(), Program("mine", server.command, {}, server.ready)
        with pytest.raises(PlumblineError, match=rf"port \d+, where mine .* \(pid {theirs.pid}, in {tmp_path}\)"):
            processes.start_all([Program("first", first.command, {}, first.ready), second])
        assert processes.names() == ["server"]
    finally:
        processes.stop("server")


def test_a_proxy_is_not_asked_for_a_program_of_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    monkeypatch.delenv("no_proxy", raising=False)
    runtime.reach_loopback()
    processes.start(program(), timeout=10)
    assert processes.stop("server")


def test_a_program_that_ends_shows_the_end_of_its_log() -> None:
    with pytest.raises(PlumblineError, match=r"server ended; the end of .*:\nno bundle here"):
        processes.start(program("import sys; sys.exit('no bundle here')"))
    assert processes.names() == []


def test_a_program_that_is_never_ready_is_stopped() -> None:
    with pytest.raises(PlumblineError, match="was not ready after 0 s"):
        processes.start(program("import time; time.sleep(60)"), timeout=0.2)
    assert processes.running("server") is None


def test_another_process_with_the_same_pid_is_left_alone() -> None:
    jsonfile.write(Path(".plumbline/run/server.json"), {"pid": psutil.Process().pid, "created": 1.0})
    assert not processes.stop("server")
    assert processes.names() == []
