"""What a change pins is asked of a server that answers as OSV documents."""

from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from plumbline.ci import dependencies, osv
from plumbline.kernel import git
from plumbline.kernel.errors import PlumblineError
from plumbline.testing.repository import ROOT, run
from plumbline.testing.web import JSONHandler, serving

HASH = "    --hash=sha256:" + "0" * 64


def vulnerability(name: str, *fixed: str, **more: Any) -> dict[str, Any]:
    events = [{"introduced": "0"}, *({"fixed": version} for version in fixed)]
    affected = {
        "package": {"name": "Old.Lib", "ecosystem": "PyPI"},
        "ranges": [{"type": "ECOSYSTEM", "events": events}],
    }
    return {"id": name, "summary": f"{name} is bad", "affected": [affected], **more}


class Server(ThreadingHTTPServer):
    known: dict[str, dict[str, Any]]
    asked: list[list[tuple[str, str]]]
    broken: bool

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class Handler(JSONHandler, BaseHTTPRequestHandler):
    server: Server

    def do_POST(self) -> None:
        queries = self.asked()["queries"]
        self.server.asked.append([(one["package"]["name"], one["version"]) for one in queries])
        self._send({"results": [self._result(one) for one in queries]})

    def _result(self, query: dict[str, Any]) -> dict[str, Any]:
        """Two pages for what is vulnerable, and an empty answer for all else."""
        if query["package"]["name"] != "old-lib":
            return {}
        names = sorted(self.server.known)
        if "page_token" in query:
            return {"vulns": [{"id": name, "modified": "2026-01-01T00:00:00Z"} for name in names[1:]]}
        return {"vulns": [{"id": names[0], "modified": "2026-01-01T00:00:00Z"}], "next_page_token": "more"}

    def do_GET(self) -> None:
        self._send(self.server.known[self.path.removeprefix("/v1/vulns/")])

    def _send(self, body: object) -> None:
        self.answer(503 if self.server.broken else 200, body)


@pytest.fixture
def server() -> Iterator[Server]:
    with serving(Server(("127.0.0.1", 0), Handler)) as running:
        running.known = {"GHSA-1": vulnerability("GHSA-1", "2.0", database_specific={"severity": "HIGH"})}
        running.asked, running.broken = [], False
        yield running


@pytest.fixture
def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A clone whose branch pins a vulnerable version of one package, and leaves another as it is."""
    monkeypatch.chdir(tmp_path)
    for variable, value in git.identity("me", "me@localhost").items():
        monkeypatch.setenv(variable, value)
    pins = tmp_path / "requirements.txt"
    (tmp_path / "notes.txt").write_text("old-lib==1.0\n")
    pins.write_text(f"kept==3.1 \\\n{HASH}\nold-lib==0.9 ; sys_platform == 'win32' \\\n{HASH}\n")
    run(tmp_path, "git", "init", "--quiet", "--initial-branch=main")
    run(tmp_path, "git", "add", ".")
    run(tmp_path, "git", "commit", "--quiet", "--message=first")
    run(tmp_path, "git", "switch", "--quiet", "--create=topic")
    pins.write_text(pins.read_text().replace("==0.9", "==1.0"))
    return tmp_path


def test_a_vulnerable_version_that_the_change_pins_is_named_with_its_fix(
    server: Server, house: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert dependencies.main(api=server.url) == 1
    said = capsys.readouterr().out
    assert server.asked == [[("old-lib", "1.0")], [("old-lib", "1.0")]]  # the second page of the first answer
    assert [word for word in ("GHSA-1", "high", "2.0", "requirements.txt") if word not in said] == []
    assert "make requirements" in (house / "reports/dependencies.md").read_text()


def test_all_pins_are_looked_at_when_told(server: Server, house: Path) -> None:
    dependencies.main(all=True, api=server.url)
    assert server.asked[0] == [("kept", "3.1"), ("old-lib", "1.0")]


def test_a_change_of_no_pin_asks_nobody(server: Server, house: Path) -> None:
    run(house, "git", "checkout", "--quiet", "requirements.txt")
    (house / "notes.txt").write_text("old-lib==1.1\n")
    server.broken = True
    assert dependencies.main(api=server.url) == 0


def test_what_has_no_fix_was_withdrawn_or_is_known_by_two_names_refuses_nothing(
    server: Server, house: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    server.known = {
        "GHSA-2": vulnerability("GHSA-2"),
        "GHSA-3": vulnerability("GHSA-3", "2.0", withdrawn="2026-01-01T00:00:00Z"),
        "PYSEC-2": vulnerability("PYSEC-2", aliases=["GHSA-2"]),
    }
    assert dependencies.main(api=server.url) == 0
    assert "have 1 known vulnerabilities, 0 of them with a fix" in capsys.readouterr().out


def test_without_an_answer_nothing_is_called_sound(server: Server, house: Path) -> None:
    server.broken = True
    with pytest.raises(PlumblineError, match="v1/querybatch answers 503"):
        dependencies.main(api=server.url)
    with pytest.raises(PlumblineError, match="Nothing is known without it"):
        osv.known([("old-lib", "1.0")], "http://127.0.0.1:9")


def test_a_base_that_is_not_there_is_named(house: Path) -> None:
    with pytest.raises(PlumblineError, match="a commit that this clone has"):
        dependencies.main(base="nowhere")


def test_every_pin_of_this_house_is_read() -> None:
    files = dependencies.files(ROOT)
    assert {"requirements/dev.txt", "requirements/pipeline.txt", "services/api/requirements.txt"} <= set(files)
    for name in files:
        text = (ROOT / name).read_text()
        lines = [line for line in text.splitlines() if line and not line.startswith((" ", "#"))]
        assert len(dependencies.pinned(text)) == len({line.split(";")[0].rstrip(" \\").lower() for line in lines}), name
