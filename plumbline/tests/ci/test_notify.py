"""Each channel is told in its own form, by a request to a server of our own."""

import base64
import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from plumbline.ci.notify.channels import notify
from plumbline.ci.notify.message import Message, describe
from plumbline.kernel.errors import PlumblineError
from plumbline.testing.repository import ROOT
from plumbline.testing.web import JSONHandler


class Received(NamedTuple):
    path: str
    authorization: str | None
    body: Any


class Server(ThreadingHTTPServer):
    """Keeps what it received; answers 200, or what `refuse` says for a path."""

    received: list[Received]
    refuse: dict[str, int]

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    def body(self, path: str) -> Any:
        return next(one.body for one in self.received if one.path == path)


class Handler(JSONHandler, BaseHTTPRequestHandler):
    server: Server

    def do_POST(self) -> None:
        self.server.received.append(Received(self.path, self.headers["authorization"], self.asked()))
        self.answer(self.server.refuse.get(self.path, 200))


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    with Server(("127.0.0.1", 0), Handler) as running:
        running.received, running.refuse = [], {}
        thread = threading.Thread(target=running.serve_forever)
        thread.start()
        settings = {
            "SLACK_WEBHOOK_URL": f"{running.url}/slack",
            "TEAMS_WEBHOOK_URL": f"{running.url}/teams",
            "JIRA_URL": f"{running.url}/",
            "JIRA_USER": "robot@example.com",
            "JIRA_TOKEN": "jira-token",
            "JIRA_PROJECT": "ML",
            "REPORT_ISSUE": "12",
            "GITHUB_REPOSITORY": "owner/house",
            "GITHUB_TOKEN": "github-token",
            "GITHUB_API_URL": running.url,
        }
        for name, value in settings.items():
            monkeypatch.setenv(name, value)
        for name in ("GITHUB_RUN_ID", "GITHUB_SHA"):
            monkeypatch.delenv(name, raising=False)
        yield running
        running.shutdown()
        thread.join()


FAILED = Message("the gate refuses it", "rmsle is 0.14\n\nlimit 0.13", "https://run", failed=True)
TICKET, COMMENT = "/rest/api/3/issue", "/repos/owner/house/issues/12/comments"


def test_each_channel_is_told_in_its_own_form(server: Server) -> None:
    assert notify(FAILED) == ["Slack", "Teams", "Jira", "GitHub"]

    assert server.body("/slack")["text"] == "the gate refuses it"
    assert server.body("/slack")["blocks"][0]["text"]["text"] == FAILED.plain(3000)
    card = server.body("/teams")["attachments"][0]["content"]
    assert [block["text"] for block in card["body"]] == [FAILED.title, FAILED.text]
    assert card["actions"][0]["url"] == "https://run"
    assert server.body(COMMENT) == {"body": f"### {FAILED.plain(3000)}"}


def test_a_ticket_has_its_project_and_a_document_of_paragraphs(server: Server) -> None:
    notify(FAILED)
    fields = server.body(TICKET)["fields"]
    assert fields["project"] == {"key": "ML"}
    assert fields["summary"] == FAILED.title
    paragraphs = [block["content"][0]["text"] for block in fields["description"]["content"]]
    assert paragraphs == [FAILED.title, "rmsle is 0.14", "limit 0.13", "https://run"]


def test_each_channel_is_sent_its_own_credentials_alone(server: Server) -> None:
    notify(FAILED)
    sent = {one.path: one.authorization for one in server.received}
    basic = base64.b64encode(b"robot@example.com:jira-token").decode()
    assert sent == {"/slack": None, "/teams": None, TICKET: f"Basic {basic}", COMMENT: "Bearer github-token"}


def test_a_success_opens_no_ticket(server: Server) -> None:
    assert notify(Message("built")) == ["Slack", "Teams", "GitHub"]


def test_a_channel_that_fails_keeps_no_other_from_its_message_and_shows_no_secret(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.refuse["/slack"] = 500
    monkeypatch.setenv("TEAMS_WEBHOOK_URL", "http://127.0.0.1:1/teams-secret")
    with pytest.raises(PlumblineError, match=r"Slack: 127\.0\.0\.1 answers 500") as error:
        notify(FAILED)
    assert "Teams: 127.0.0.1 cannot be reached" in str(error.value)
    assert not [secret for secret in ("/slack", "teams-secret", "token") if secret in str(error.value)]
    assert {one.path for one in server.received} == {"/slack", TICKET, COMMENT}


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("JIRA_PROJECT", "", "JIRA_TOKEN is set: JIRA_PROJECT must be set too\ntold: Slack, Teams, GitHub"),
        ("REPORT_ISSUE", "twelve", "must be the number of an issue\ntold: Slack, Teams, Jira"),
        ("GITHUB_TOKEN", "", "(?s)GITHUB_TOKEN must be set.*told: Slack, Teams, Jira"),
    ],
)
def test_a_channel_that_is_half_set_is_named_and_the_others_are_told(
    server: Server, monkeypatch: pytest.MonkeyPatch, name: str, value: str, message: str
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(PlumblineError, match=message):
        notify(FAILED)
    assert len(server.received) == 3


def test_a_long_report_keeps_its_link_in_every_channel(server: Server) -> None:
    notify(Message("t" * 300, "x" * 200_000, "https://run", failed=True))
    slack = server.body("/slack")["blocks"][0]["text"]["text"]
    assert len(slack) == 3000
    assert slack.endswith("x…\n\nhttps://run")
    assert server.body(COMMENT)["body"].endswith("x…\n\nhttps://run")
    assert len(server.body(COMMENT)["body"]) <= 65_536
    description = server.body(TICKET)["fields"]["description"]
    assert description["content"][-1]["content"][0]["text"] == "https://run"
    assert len(json.dumps(description)) <= 32_767
    assert len(server.body(TICKET)["fields"]["summary"]) == 255
    assert len(json.dumps(server.body("/teams")).encode()) <= 28 * 1024


def test_a_workflow_sends_its_report_its_commit_and_its_run(server: Server, tmp_path: Path) -> None:
    report = tmp_path / "promotion.md"
    report.write_text("The gate refuses it.")
    environment = os.environ | {"GITHUB_SERVER_URL": "https://github.com", "GITHUB_RUN_ID": "7"}
    environment |= {"GITHUB_SHA": "0123456789", "GITHUB_REF_NAME": "main"}
    command = [
        sys.executable,
        "-m",
        "plumbline.cli",
        "ci",
        "notify",
        "model pipeline",
        "checks failure",
        "--report",
        str(report),
    ]

    subprocess.run(command, cwd=ROOT, env=environment, check=True, capture_output=True)

    assert server.body(COMMENT)["body"] == (
        "### owner/house: model pipeline: checks failure, commit 01234567 of main\n\n"
        "The gate refuses it.\n\nhttps://github.com/owner/house/actions/runs/7"
    )
    assert TICKET in {one.path for one in server.received}


def test_a_result_says_whether_somebody_has_to_act() -> None:
    assert describe("model pipeline", "checks success, official build failure").failed
    assert not describe("model pipeline", "checks success, official build skipped").failed
