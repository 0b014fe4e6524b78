"""The channels that the environment names, and how all of them are told."""

import os

from plumbline.ci.github import Repository
from plumbline.ci.notify.channel import Channel, send
from plumbline.ci.notify.github_issue import GitHubIssue
from plumbline.ci.notify.jira import Jira
from plumbline.ci.notify.message import Message
from plumbline.ci.notify.slack import Slack
from plumbline.ci.notify.teams import Teams
from plumbline.kernel.errors import PlumblineError

JIRA = ("JIRA_URL", "JIRA_USER", "JIRA_TOKEN", "JIRA_PROJECT")


def _slack() -> Channel | None:
    url = os.environ.get("SLACK_WEBHOOK_URL")
    return Slack(url) if url else None


def _teams() -> Channel | None:
    url = os.environ.get("TEAMS_WEBHOOK_URL")
    return Teams(url) if url else None


def _jira() -> Channel | None:
    # The token is the last to be given: without it, the rest is only configuration.
    if not os.environ.get("JIRA_TOKEN"):
        return None
    missing = [name for name in JIRA if not os.environ.get(name)]
    if missing:
        raise PlumblineError(f"Jira: JIRA_TOKEN is set: {' and '.join(missing)} must be set too")
    return Jira(*(os.environ[name] for name in JIRA))


def _issue() -> Channel | None:
    number = os.environ.get("REPORT_ISSUE")
    if not number:
        return None
    if not number.isdecimal():
        raise PlumblineError(f"GitHub: REPORT_ISSUE is {number!r}: it must be the number of an issue")
    return GitHubIssue(Repository.of_environment(), int(number))


# docs/workflows.md lists their variables.
_CHANNELS = (_slack, _teams, _jira, _issue)


def notify(message: Message) -> list[str]:
    """Tell each channel that the environment names; one that fails or is half set keeps none of the others from it.

    Returns:
        The names of the channels that took it.

    Raises:
        PlumblineError: One or more channels failed or are half set; the message names each, and those that were told.
    """
    told: list[str] = []
    failed: list[str] = []
    for of_environment in _CHANNELS:
        try:
            channel = of_environment()
            if channel and send(channel, message):
                told.append(channel.name)
        except PlumblineError as error:
            failed.append(str(error))
    if failed:
        raise PlumblineError("\n".join([*failed, f"told: {', '.join(told) or 'nobody'}"]))
    return told
