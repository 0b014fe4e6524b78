"""A pull request of commits that a workflow made, with real git and a server of our own."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from plumbline.ci import pull_request
from plumbline.ci.github import Repository
from plumbline.kernel.errors import PlumblineError
from plumbline.testing.repository import run

WHO = ("-c", "user.name=Tester", "-c", "user.email=tester@example.com")


class Server(ThreadingHTTPServer):
    received: list[tuple[str, Any]]
    status: int


class Handler(BaseHTTPRequestHandler):
    server: Server

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["content-length"])))
        self.server.received.append((self.path, body))
        self.send_response(self.server.status)
        self.end_headers()
        self.wfile.write(b'{"html_url": "https://example.com/pull/1"}')

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


@pytest.fixture
def server() -> Iterator[Server]:
    with Server(("127.0.0.1", 0), Handler) as running:
        running.received, running.status = [], 201
        thread = threading.Thread(target=running.serve_forever)
        thread.start()
        yield running
        running.shutdown()
        thread.join()


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """A clone of a repository whose main has one commit."""
    run(tmp_path, "git", "init", "--quiet", "--bare", "--initial-branch=main", "origin.git")
    run(tmp_path, "git", "clone", "--quiet", "origin.git", "clone")
    commit(tmp_path / "clone", "Begin")
    run(tmp_path / "clone", "git", "push", "--quiet", "origin", "HEAD:main")
    return tmp_path / "clone"


def commit(root: Path, message: str) -> None:
    run(root, "git", *WHO, "commit", "--quiet", "--allow-empty", "--message", message)


def repository(server: Server) -> Repository:
    return Repository("owner/house", "token", f"http://127.0.0.1:{server.server_port}")


def test_the_commits_of_a_deployment_become_a_pull_request(clone: Path, server: Server) -> None:
    commit(clone, "Deploy image api to staging\n\napi: one, instead of two")
    commit(clone, "Deploy image predict to staging")

    url = pull_request.propose(repository(server), "deploy/staging/1", "main", clone)

    assert url == "https://example.com/pull/1"
    [(path, body)] = server.received
    assert path == "/repos/owner/house/pulls"
    assert (body["head"], body["base"]) == ("deploy/staging/1", "main")
    assert body["title"] == "Deploy image api to staging; Deploy image predict to staging"
    assert "api: one, instead of two" in body["body"]
    pushed = run(clone.parent / "origin.git", "git", "rev-parse", "deploy/staging/1").stdout
    assert pushed == run(clone, "git", "rev-parse", "HEAD").stdout


def test_without_a_new_commit_there_is_no_pull_request(clone: Path, server: Server) -> None:
    with pytest.raises(PlumblineError, match="nothing to propose"):
        pull_request.propose(repository(server), "deploy/staging/1", "main", clone)
    assert server.received == []


def test_what_github_refuses_is_said(clone: Path, server: Server) -> None:
    commit(clone, "Deploy")
    server.status = 422
    with pytest.raises(PlumblineError, match="pulls answers 422"):
        pull_request.propose(repository(server), "deploy/staging/1", "main", clone)
