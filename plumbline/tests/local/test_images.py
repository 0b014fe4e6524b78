import json
import subprocess
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from plumbline.kernel.errors import PlumblineError
from plumbline.local.images import client
from plumbline.local.images.engine import Containers


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        body = self.rfile.read(int(self.headers["content-length"]))
        self.send_response(200 if self.headers["authorization"] == "Bearer right" else 401)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


@pytest.fixture
def port():
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever).start()
    yield server.server_port
    server.shutdown()
    server.server_close()


def ask(port, *, key="right", clients=1, seconds=0):
    command = [sys.executable, "-", "127.0.0.1", str(port), "/", key, str(clients), str(seconds), '{"input": 1}']
    source = Path(client.__file__).read_text()
    return json.loads(subprocess.run(command, input=source, capture_output=True, text=True, check=True).stdout)


def test_a_client_counts_its_answers_and_gives_the_last(port):
    assert ask(port, clients=3) == {"answered": 3, "failed": [], "answer": {"input": 1}}


def test_a_client_says_when_a_request_that_failed_began(port):
    before = time.time()

    seen = ask(port, key="wrong", clients=2, seconds=5)

    assert seen["answered"] == 0
    assert [problem[:3] for _, problem in seen["failed"]] == ["401", "401"]
    assert all(before < began < time.time() for began, _ in seen["failed"])


def test_a_client_that_is_refused_ends(port):
    seen = ask(9, seconds=5)

    assert (seen["answered"], len(seen["failed"])) == (0, 1)


@pytest.mark.parametrize("engine", ["", "buildah"])
def test_an_engine_that_only_builds_is_refused(engine):
    with pytest.raises(PlumblineError, match="cannot run containers: install docker or podman"):
        Containers(engine)


def test_an_engine_that_fails_is_quoted(tmp_path):
    engine = tmp_path / "podman"
    engine.write_text("#!/bin/sh\necho cannot $1 >&2\nexit 125\n")
    engine.chmod(0o755)

    with pytest.raises(PlumblineError, match="cannot network"), Containers(str(engine)):
        pass
