"""Comments and dispatches, sent to a server of our own."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from plumbline.ci import comment, dispatch
from plumbline.ci.comment import MARKER
from plumbline.ci.github import Repository
from plumbline.kernel.errors import PlumblineError
from plumbline.testing.web import JSONHandler


class Server(ThreadingHTTPServer):
    """Answers as GitHub's comments do, and keeps what it received."""

    comments: list[dict[str, Any]]
    received: list[tuple[str, str, Any]]
    refuse: int

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class Handler(JSONHandler, BaseHTTPRequestHandler):
    server: Server

    def _answer(self) -> None:
        body = self.asked()
        self.server.received.append((self.command, self.path, body))
        status, answer = 200, None
        if self.server.refuse:
            status, answer = self.server.refuse, {"message": "no"}
        elif "/comments" in self.path:
            answer = self._comments(body)
        self.answer(status, answer)

    def _comments(self, body: Any) -> Any:
        if self.command == "GET":
            page = int(self.path.rpartition("page=")[2])
            return self.server.comments[(page - 1) * 100 : page * 100]
        if self.command == "POST":
            self.server.comments.append({"id": len(self.server.comments), "user": {"type": "Bot"}, **body})
            return {"html_url": "new"}
        number = int(self.path.rpartition("/")[2])
        self.server.comments[number].update(body)
        return {"html_url": "changed"}

    do_GET = do_POST = do_PATCH = _answer  # noqa: N815 - the names that the library calls


@pytest.fixture
def server() -> Iterator[Server]:
    with Server(("127.0.0.1", 0), Handler) as running:
        running.comments, running.received, running.refuse = [], [], 0
        thread = threading.Thread(target=running.serve_forever)
        thread.start()
        yield running
        running.shutdown()
        thread.join()


@pytest.fixture
def repository(server: Server) -> Repository:
    return Repository("owner/house", "token", server.url)


def test_the_second_push_changes_the_comment_of_the_first(server: Server, repository: Repository) -> None:
    assert comment.comment(repository, 7, "one") == "new"
    assert comment.comment(repository, 7, "two") == "changed"
    assert [one["body"] for one in server.comments] == [f"{MARKER}\ntwo"]


def test_the_comment_is_found_behind_a_hundred_others(server: Server, repository: Repository) -> None:
    server.comments = [{"id": n, "body": "talk", "user": {"type": "User"}} for n in range(100)]
    comment.comment(repository, 7, "one")
    comment.comment(repository, 7, "two")
    assert [one["body"] for one in server.comments[100:]] == [f"{MARKER}\ntwo"]


def test_a_persons_comment_with_the_marker_is_left_alone(server: Server, repository: Repository) -> None:
    server.comments = [{"id": 0, "body": f"{MARKER}\nmine", "user": {"type": "User"}}]
    comment.comment(repository, 7, "ours")
    assert [one["body"] for one in server.comments] == [f"{MARKER}\nmine", f"{MARKER}\nours"]


def test_a_report_that_is_too_long_is_cut_off(server: Server, repository: Repository) -> None:
    comment.comment(repository, 7, "x" * 70_000)
    assert len(server.comments[0]["body"]) < 65_536
    assert server.comments[0]["body"].endswith("artifacts.\n")


def test_plots_that_github_cannot_show_become_a_link_to_the_run() -> None:
    text = "![slices](slices.png)\n![there](https://example.com/a.png)"
    assert comment.without_local_images(text, "https://run") == (
        "slices: among the [artifacts of the run](https://run)\n![there](https://example.com/a.png)"
    )


def test_a_missing_right_is_named(server: Server, repository: Repository) -> None:
    server.refuse = 403
    with pytest.raises(PlumblineError, match="Grant it in the job's `permissions`"):
        comment.comment(repository, 7, "one")


def test_a_dispatch_names_branch_and_inputs(server: Server, repository: Repository) -> None:
    dispatch.dispatch(repository, "model-pipeline.yml", "main", {"reason": "new data"})
    path = "/repos/owner/house/actions/workflows/model-pipeline.yml/dispatches"
    assert server.received == [("POST", path, {"ref": "main", "inputs": {"reason": "new data"}})]


def test_a_repository_takes_its_token_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GITHUB_REPOSITORY", "owner/house")
    monkeypatch.delenv("GITHUB_TOKEN", raising=False)
    with pytest.raises(PlumblineError, match=r"^GITHUB_TOKEN must be set"):
        Repository.of_environment()
