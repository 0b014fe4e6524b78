"""A pull request of commits that a workflow made, with real git and a server of our own."""

from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from plumbline.ci import pull_request
from plumbline.ci.github import Repository
from plumbline.kernel.errors import PlumblineError
from plumbline.testing.repository import run
from plumbline.testing.web import JSONHandler, serving

WHO = ("-c", "user.name=Tester", "-c", "user.email=tester@example.com")


class Server(ThreadingHTTPServer):
    received: list[tuple[str, str, Any]]
    status: int
    opened: list[dict[str, Any]]


class Handler(JSONHandler, BaseHTTPRequestHandler):
    server: Server

    def do_GET(self) -> None:
        self.answer(200, self.server.opened)

    def do_POST(self) -> None:
        self.server.received.append((self.command, self.path, self.asked()))
        self.answer(self.server.status, {"html_url": "https://example.com/pull/1"})

    do_PATCH = do_POST  # noqa: N815 - the name that http.server asks for


@pytest.fixture
def server() -> Iterator[Server]:
    with serving(Server(("127.0.0.1", 0), Handler)) as running:
        running.received, running.status, running.opened = [], 201, []
        yield running


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """A clone of a repository whose main has one commit."""
    run(tmp_path, "git", "init", "--quiet", "--bare", "--initial-branch=main", "origin.git")
    run(tmp_path, "git", "clone", "--quiet", "origin.git", "clone")
    commit(tmp_path / "clone", "Begin")
    run(tmp_path / "clone", "git", "push", "--quiet", "origin", "HEAD:main")
    return tmp_path / "clone"


def commit(root: Path, message: str, **files: str) -> None:
    for name, content in (files or {"file": message}).items():
        (root / name).write_text(f"{content}\n")
    run(root, "git", "add", "--all")
    run(root, "git", *WHO, "commit", "--quiet", "--message", message)


def proposed(clone: Path, name: str) -> str:
    return run(clone.parent / "origin.git", "git", "show", f"deploy/staging:{name}").stdout.strip()


def repository(server: Server) -> Repository:
    return Repository("owner/house", "token", f"http://127.0.0.1:{server.server_port}")


def test_the_commits_of_a_deployment_become_a_pull_request(clone: Path, server: Server) -> None:
    commit(clone, "Deploy image api to staging\n\napi: one, instead of two", api="one")
    commit(clone, "Deploy image predict to staging", predict="one")

    url = pull_request.propose(repository(server), "deploy/staging", "main", clone)

    assert url == "https://example.com/pull/1"
    [(method, path, body)] = server.received
    assert method == "POST"
    assert path == "/repos/owner/house/pulls"
    assert (body["head"], body["base"]) == ("deploy/staging", "main")
    assert body["title"] == "Deploy image api to staging; Deploy image predict to staging"
    assert "api: one, instead of two" in body["body"]
    assert (proposed(clone, "api"), proposed(clone, "predict")) == ("one", "one")


def test_without_a_new_commit_there_is_no_pull_request(clone: Path, server: Server) -> None:
    with pytest.raises(PlumblineError, match="nothing to propose"):
        pull_request.propose(repository(server), "deploy/staging", "main", clone)
    assert server.received == []


def test_what_github_refuses_is_said(clone: Path, server: Server) -> None:
    commit(clone, "Deploy")
    server.status = 422
    with pytest.raises(PlumblineError, match="pulls answers 422"):
        pull_request.propose(repository(server), "deploy/staging", "main", clone)


def test_a_second_proposal_joins_the_first_and_wins_where_both_speak(clone: Path, server: Server) -> None:
    start = run(clone, "git", "rev-parse", "HEAD").stdout.strip()
    commit(clone, "Deploy one", api="one", predict="one")
    pull_request.propose(repository(server), "deploy/staging", "main", clone)
    server.opened = [{"number": 7}]
    run(clone, "git", "reset", "--quiet", "--hard", start)
    commit(clone, "Deploy two", api="two")

    pull_request.propose(repository(server), "deploy/staging", "main", clone)

    assert (proposed(clone, "api"), proposed(clone, "predict")) == ("two", "one")
    method, path, body = server.received[-1]
    assert (method, path) == ("PATCH", "/repos/owner/house/pulls/7")
    assert body["title"] == "Deploy one; Deploy two"


def test_what_was_merged_or_closed_is_not_proposed_again(clone: Path, server: Server) -> None:
    start = run(clone, "git", "rev-parse", "HEAD").stdout.strip()
    commit(clone, "Deploy one", api="one", predict="one")
    pull_request.propose(repository(server), "deploy/staging", "main", clone)
    run(clone, "git", "reset", "--quiet", "--hard", start)
    commit(clone, "Deploy two", api="two")
    pull_request.propose(repository(server), "deploy/staging", "main", clone)
    listed = run(clone.parent / "origin.git", "git", "ls-tree", "--name-only", "deploy/staging").stdout.split()
    assert listed == ["api", "file"]
    assert [method for method, *_ in server.received] == ["POST", "POST"]


def test_a_late_approval_does_not_take_back_what_main_says_by_now(clone: Path, server: Server) -> None:
    commit(clone, "Deploy zero", api="zero")
    run(clone, "git", "push", "--quiet", "origin", "HEAD:main")
    late = clone.parent / "late"
    run(clone.parent, "git", "clone", "--quiet", "origin.git", "late")
    commit(late, "Deploy one", api="one")
    commit(clone, "Deploy two", api="two")
    run(clone, "git", "push", "--quiet", "origin", "HEAD:main")
    with pytest.raises(PlumblineError, match="main changed what is proposed meanwhile"):
        pull_request.propose(repository(server), "deploy/staging", "main", late)
    assert server.received == []
