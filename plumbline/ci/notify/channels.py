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


def of_environment() -> list[Channel]:
    """Give the channels whose variables are set (docs/workflows.md lists them).

    Raises:
        PlumblineError: Some of a channel's variables are missing, or a value is wrong.
    """
    channels: list[Channel] = []
    if url := os.environ.get("SLACK_WEBHOOK_URL"):
        channels.append(Slack(url))
    if url := os.environ.get("TEAMS_WEBHOOK_URL"):
        channels.append(Teams(url))
    # The token is the last to be given: without it, the rest is only configuration.
    if os.environ.get("JIRA_TOKEN"):
        missing = [name for name in JIRA if not os.environ.get(name)]
        if missing:
            raise PlumblineError(f"JIRA_TOKEN is set: {' and '.join(missing)} must be set too")
        channels.append(Jira(*(os.environ[name] for name in JIRA)))
    if number := os.environ.get("REPORT_ISSUE"):
        if not number.isdecimal():
            raise PlumblineError(f"REPORT_ISSUE is {number!r}: it must be the number of an issue")
        channels.append(GitHubIssue(Repository.of_environment(), int(number)))
    return channels


def notify(message: Message) -> list[str]:
    """Tell each channel; one that fails keeps none of the others from it.

    Returns:
        The names of the channels that took it.

    Raises:
        PlumblineError: One or more channels failed; the message names each.
    """
    told, failed = [], []
    for channel in of_environment():
        try:
            if send(channel, message):
                told.append(channel.name)
        except PlumblineError as error:
            failed.append(str(error))
    if failed:
        raise PlumblineError("\n".join(failed))
    return told
