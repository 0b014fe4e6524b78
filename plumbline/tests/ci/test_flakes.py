"""A test that failed and passed for the same commit is named, from reports that pytest wrote."""

import io
import zipfile
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from plumbline.ci import flakes
from plumbline.kernel.errors import PlumblineError
from plumbline.testing.repository import run
from plumbline.testing.web import JSONHandler, serving

TESTS = """
import os, pytest, unittest
first = os.environ["ATTEMPT"] == "1"

@pytest.fixture
def torn():
    yield
    assert not first

def test_flaky(): assert not first
def test_flaky_at_its_end(torn): ...
def test_sound(): ...
def test_broken(): assert False
def test_skipped_once():
    if first: raise unittest.SkipTest("no tool")
"""


@pytest.fixture(scope="module")
def attempts(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Two folders of reports, of the same tests."""
    folder = tmp_path_factory.mktemp("attempts")
    (folder / "test_it.py").write_text(TESTS)
    (folder / "pytest.ini").write_text("[pytest]")
    with pytest.MonkeyPatch.context() as patch:
        for number in ("1", "2"):
            patch.setenv("ATTEMPT", number)
            patch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
            run(folder, "pytest", "-q", f"--junitxml={number}/tests.xml", check=False)
    return [folder / "1", folder / "2"]


def test_what_failed_and_passed_is_named_and_what_always_fails_is_not(attempts: list[Path]) -> None:
    found = flakes.flakes(flakes.of_folders(attempts))
    assert [one.test for one in found] == ["test_it::test_flaky", "test_it::test_flaky_at_its_end"]
    assert {(one.failed, one.passed) for one in found} == {((str(attempts[0]),), (str(attempts[1]),))}


def test_the_command_prints_the_table_and_ends_with_1(
    attempts: list[Path], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    assert flakes.main(*attempts) == 1
    assert "2 tests failed and passed for the same commit" in capsys.readouterr().out
    assert "test\\_flaky" in Path("reports/flakes.md").read_text()
    assert flakes.main(attempts[0], attempts[0]) == 0


def test_a_folder_without_reports_and_a_file_that_is_none_are_refused(tmp_path: Path) -> None:
    with pytest.raises(PlumblineError, match="holds no report: `pytest --junitxml"):
        list(flakes.of_folders([tmp_path]))
    with pytest.raises(PlumblineError, match="this is no JUnit report"):
        flakes.outcomes(b"<testcase")


class Server(ThreadingHTTPServer):
    """Answers as GitHub documents: runs, their artifacts, and zip files that lie at another server."""

    runs: list[dict[str, Any]]
    artifacts: dict[int, list[dict[str, Any]]]
    files: dict[int, bytes]
    asked: list[str]
    elsewhere: str


class Handler(JSONHandler, BaseHTTPRequestHandler):
    server: Server

    def do_GET(self) -> None:
        path = self.path.removeprefix("/repos/owner/house/actions/").partition("?")[0]
        page = int(self.path.rpartition("page=")[2].partition("&")[0] or 1) if "&page=" in self.path else 1
        self.server.asked.append(self.path)
        if path.endswith("/zip"):
            self.send_response(302)
            self.send_header("location", f"{self.server.elsewhere}/{path.split('/')[1]}")
            self.end_headers()
            return
        listed = self.server.runs if path == "runs" else self.server.artifacts[int(path.split("/")[1])]
        self.answer(200, {path.split("/")[-1].replace("runs", "workflow_runs"): listed if page == 1 else []})


@pytest.fixture
def server(attempts: list[Path], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Server]:
    class Store(Handler):
        def do_GET(self) -> None:
            assert self.headers["authorization"] is None  # the token is GitHub's alone
            self.send_response(200)
            self.end_headers()
            self.wfile.write(running.files[int(self.path.strip("/"))])

    monkeypatch.chdir(tmp_path)
    with serving(Server(("127.0.0.1", 0), Handler)) as running, serving(Server(("127.0.0.1", 0), Store)) as store:
        running.elsewhere = f"http://localhost:{store.server_port}"
        running.asked, running.runs, running.artifacts = [], [], {}
        running.files = {number: packed(folder) for number, folder in enumerate(attempts, 1)}
        values = {"REPOSITORY": "owner/house", "TOKEN": "t", "API_URL": f"http://127.0.0.1:{running.server_port}"}
        for name, value in values.items():
            monkeypatch.setenv(f"GITHUB_{name}", value)
        yield running


def packed(folder: Path) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.write(folder / "tests.xml", "tests.xml")
        archive.writestr("coverage.xml", "<coverage/>")
    return content.getvalue()


def ran(server: Server, number: int, *artifacts: str, event: str = "push", sha: str = "a" * 40, **more: Any) -> None:
    repository = {"full_name": more.get("of", "owner/house")}
    entry = {"id": number, "name": "main", "event": event, "head_sha": sha, "head_repository": repository}
    server.runs.append(entry)
    first = sum(map(len, server.artifacts.values()))
    server.artifacts[number] = [
        {"id": first + place, "name": name, "expired": False, "created_at": "2026-01-01T00:00:00Z"}
        for place, name in enumerate(artifacts, 1)
    ]


def test_two_attempts_of_a_run_are_compared(server: Server, capsys: pytest.CaptureFixture[str]) -> None:
    ran(server, 7, "main-tests-attempt-1", "main-tests-attempt-2", event="pull_request")
    assert flakes.main() == 1
    said = capsys.readouterr().out
    assert "main 7, main-tests-attempt-1 of 2026" in said
    assert "test_it::test_flaky_at_its_end" in said
    assert "created=%3E%3D20" in server.asked[0]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ({"event": "pull_request"}, {"event": "pull_request"}),  # each tests a merge of its own
        ({}, {"sha": "b" * 40}),
        ({}, {"of": "stranger/house"}),
    ],
    ids=["merges", "commits", "fork"],
)
def test_runs_of_something_else_are_not_compared(server: Server, first: Any, second: Any) -> None:
    ran(server, 7, "main-tests-attempt-1", **first)
    ran(server, 8, "main-tests-attempt-1", **second)
    assert flakes.main() == 0
    assert not any("zip" in path for path in server.asked)  # nothing is fetched that has no second report


def test_two_runs_of_a_commit_are_compared_and_two_pythons_are_not(server: Server) -> None:
    ran(server, 7, "service-tests-api-3.11")
    ran(server, 8, "service-tests-api-3.12")
    assert flakes.main() == 0
    server.artifacts[8][0]["name"] = "service-tests-api-3.11"
    assert flakes.main() == 1
