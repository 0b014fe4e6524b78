"""Tell a channel of Slack or Microsoft Teams how a workflow ended, through the channel's incoming webhook."""

import argparse
import os
from urllib.parse import urlsplit

import httpx

from tools import log, stage
from tools.errors import PlumblineError

_TIMEOUT = 10  # seconds


def slack(text: str) -> dict[str, object]:
    """Give the body that Slack's incoming webhooks take."""
    return {"text": text}


def teams(text: str) -> dict[str, object]:
    """Give the body that the workflow "Post to a channel when a webhook request is received" of Teams takes."""
    card = {
        "type": "AdaptiveCard",
        "version": "1.4",
        "body": [{"type": "TextBlock", "text": text, "wrap": True}],
    }
    content = {"contentType": "application/vnd.microsoft.card.adaptive", "content": card}
    return {"type": "message", "attachments": [content]}


CHANNELS = {"SLACK_WEBHOOK_URL": slack, "TEAMS_WEBHOOK_URL": teams}


def notify(text: str) -> list[str]:
    """Send `text` to each channel whose variable is set.

    Returns:
        The variables of the channels that took it.

    Raises:
        PlumblineError: A channel cannot be reached or refuses. A webhook's address is secret: its host alone is named.
    """
    told, failed = [], []
    for variable, body in CHANNELS.items():
        url = os.environ.get(variable)
        if not url:
            continue
        try:
            answer = httpx.post(url, json=body(text), timeout=_TIMEOUT)
            answer.raise_for_status()
        except httpx.HTTPStatusError as error:
            failed.append(f"{variable}: {urlsplit(url).hostname} answers {error.response.status_code}")
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            failed.append(f"{variable}: {urlsplit(url).hostname} cannot be reached ({type(error).__name__})")
        else:
            told.append(variable)
    if failed:
        raise PlumblineError("\n".join(failed))
    return told


def describe(what: str, result: str) -> str:
    """Say what ended how, with the commit and the address of the run if this is a workflow's job."""
    variables = ("GITHUB_SERVER_URL", "GITHUB_REPOSITORY", "GITHUB_RUN_ID")
    server, repository, run = (os.environ.get(name, "") for name in variables)
    text = f"{repository or 'plumbline'}: {what}: {result}"
    if commit := os.environ.get("GITHUB_SHA"):
        text += f", commit {commit[:8]} of {os.environ.get('GITHUB_REF_NAME', '?')}"
    return f"{text}\n{server}/{repository}/actions/runs/{run}" if run else text


def main() -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", help="what ended")
    parser.add_argument("result", help="how it ended: success, failure, cancelled or skipped")
    given = parser.parse_args()
    text = describe(given.what, given.result)
    log.get("notify").info("told", text=text, channels=notify(text) or "none is set")


if __name__ == "__main__":
    stage.run(main)
