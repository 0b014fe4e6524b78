"""What the doctor says of a repository, asked of a server that answers as GitHub's API documents."""

from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from plumbline.ci import doctor, preflight
from plumbline.ci.github import Repository
from plumbline.ci.jobs.play import read
from plumbline.testing.repository import ROOT
from plumbline.testing.web import JSONHandler, serving

FILES = read(ROOT)
BRANCHES = {"protected_branches": True, "custom_branch_policies": False}


def healthy() -> dict[str, Any]:
    """Give what GitHub answers for a repository that has all."""
    names = sorted(preflight.names(preflight.read()))
    checks = {"required_status_checks": [{"context": "gate", "integration_id": 15368}]}
    return {
        "": {"visibility": "private", "default_branch": "main"},
        "/actions/permissions": {"enabled": True, "allowed_actions": "selected", "sha_pinning_required": True},
        "/actions/permissions/workflow": {"default_workflow_permissions": "read"},
        "/actions/secrets": {"total_count": 0, "secrets": []},
        "/actions/variables": {
            "total_count": len(names),
            "variables": [{"name": name, "value": "x"} for name in names],
        },
        "/environments": {
            "environments": [
                {"name": "read", "deployment_branch_policy": None},
                *(
                    {"name": name, "deployment_branch_policy": BRANCHES}
                    for name in ("data", "drift", "official", "production", "production-read", "staging")
                ),
            ]
        },
        "/rules/branches/main": [
            {"type": "deletion"},
            {"type": "non_fast_forward"},
            {"type": "pull_request", "parameters": {"required_approving_review_count": 1}},
            {"type": "required_status_checks", "parameters": checks},
        ],
    }


class Server(ThreadingHTTPServer):
    answers: dict[str, Any]


class Handler(JSONHandler, BaseHTTPRequestHandler):
    server: Server

    def do_GET(self) -> None:
        asked = urlsplit(self.path)
        answer = self.server.answers.get(asked.path.removeprefix("/repos/owner/house"))
        if isinstance(answer, list) and parse_qs(asked.query).get("page", ["1"]) != ["1"]:
            answer = []
        authorized = self.headers["authorization"] == "Bearer token"
        if authorized:
            self.answer(403 if answer is None else 200, answer)
        else:
            self.answer(401, {"message": "Bad credentials"})


@pytest.fixture
def server() -> Iterator[Server]:
    with serving(Server(("127.0.0.1", 0), Handler)) as running:
        running.answers = healthy()
        yield running


def found(server: Server) -> list[doctor.Finding]:
    return doctor.examine(Repository("owner/house", "token", f"http://127.0.0.1:{server.server_port}"), FILES)


def test_a_repository_that_has_all_has_no_finding(server: Server) -> None:
    assert found(server) == []


@pytest.mark.parametrize(
    ("path", "answer", "what"),
    [
        ("/rules/branches/main", [], "required check gate of main"),
        ("/rules/branches/main", [], "rule pull_request of main"),
        ("/environments", {"environments": []}, "environment official"),
        ("/environments", {"environments": [{"name": "data", "deployment_branch_policy": None}]}, "branches of data"),
        ("/actions/permissions/workflow", {"default_workflow_permissions": "write"}, "rights of GITHUB_TOKEN"),
        ("/actions/permissions", {"enabled": False, "sha_pinning_required": True}, "Actions"),
        ("/actions/secrets", None, "names"),
    ],
)
def test_what_is_open_is_grave(server: Server, path: str, answer: Any, what: str) -> None:
    server.answers[path] = answer
    assert what in {one.what for one in found(server) if one.grave}


def test_what_is_skipped_comes_with_the_command_that_sets_it(server: Server) -> None:
    kept = [
        one
        for one in server.answers["/actions/variables"]["variables"]
        if one["name"] not in ("SIGNING_KEY", "CODE_SECURITY")
    ]
    server.answers["/actions/variables"]["variables"] = kept
    findings = {one.what: one for one in found(server)}
    assert findings["model.official: SIGNING_KEY"].mend == "gh secret set SIGNING_KEY"
    assert findings["services.findings: CODE_SECURITY"].mend == "gh variable set CODE_SECURITY"
    assert not any(one.grave for one in findings.values())
    server.answers[""]["visibility"] = "public"
    assert "services.findings: CODE_SECURITY" not in {one.what for one in found(server)}


def test_the_command_ends_with_1_where_main_is_open(
    server: Server, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(ROOT)
    for name, value in {
        "REPOSITORY": "owner/house",
        "TOKEN": "token",
        "API_URL": f"http://127.0.0.1:{server.server_port}",
    }.items():
        monkeypatch.setenv(f"GITHUB_{name}", value)
    assert doctor.main() == 0
    server.answers["/rules/branches/main"] = []
    assert doctor.main() == 1
    assert "a red pull request can be merged" in capsys.readouterr().out


@pytest.mark.parametrize("name", preflight.EITHER)
def test_a_setting_may_be_a_secret_and_is_asked_for_as_a_variable(server: Server, name: str) -> None:
    listed = server.answers["/actions/variables"]["variables"]
    listed.remove({"name": name, "value": "x"})
    assert f"gh variable set {name}" in " ".join(finding.mend for finding in found(server))
    server.answers["/actions/secrets"]["secrets"].append({"name": name})
    assert found(server) == []
