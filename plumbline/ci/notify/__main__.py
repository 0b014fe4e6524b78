"""Tell everybody whose channel is set in the environment how a workflow ended."""

from pathlib import Path

from plumbline.ci.notify.channels import notify
from plumbline.ci.notify.message import describe
from plumbline.kernel import log


def main(what: str, result: str, /, *, report: Path | None = None) -> None:
    """Tell Slack, Teams, Jira or an issue how something ended.

    Args:
        what: What ended.
        result: How it ended: success, failure, cancelled or skipped.
        report: A page of Markdown to send along, if it is there.
    """
    text = report.read_text(encoding="utf-8") if report and report.exists() else ""
    message = describe(what, result, text)
    log.get("notify").info("told", title=message.title, channels=notify(message) or "none is set")
