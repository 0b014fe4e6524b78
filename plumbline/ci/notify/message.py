"""What people are told."""

import os
from dataclasses import dataclass


@dataclass(frozen=True)
class Message:
    """A message, in one form for every channel.

    Attributes:
        title: One line: what ended how.
        text: More about it, in Markdown; empty for nothing more.
        link: Address of the workflow's run; empty outside a workflow.
        failed: Whether somebody has to act.
    """

    title: str
    text: str = ""
    link: str = ""
    failed: bool = False

    def plain(self) -> str:
        """Give all of it, a blank line between the parts."""
        return "\n\n".join(filter(None, [self.title, self.text, self.link]))


def describe(what: str, result: str, text: str = "") -> Message:
    """Say what ended how, with the commit and the address of the run if this is a workflow's job.

    Args:
        what: What ended.
        result: Of it or of its jobs, in GitHub's words: success, failure, cancelled or skipped.
        text: More about it, in Markdown.
    """
    variables = ("GITHUB_SERVER_URL", "GITHUB_REPOSITORY", "GITHUB_RUN_ID")
    server, repository, run = (os.environ.get(name, "") for name in variables)
    title = f"{repository or 'plumbline'}: {what}: {result}"
    if commit := os.environ.get("GITHUB_SHA"):
        title += f", commit {commit[:8]} of {os.environ.get('GITHUB_REF_NAME', '?')}"
    link = f"{server}/{repository}/actions/runs/{run}" if run else ""
    return Message(title, text, link, failed="failure" in result)
