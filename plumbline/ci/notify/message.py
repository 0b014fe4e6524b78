"""What people are told."""

from dataclasses import dataclass

from plumbline.kernel.github import job


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

    def plain(self, limit: int) -> str:
        """Give all of it in at most `limit` characters, a blank line between the parts; the text is what is cut off."""
        around = "\n\n".join(filter(None, [self.title, self.link]))
        text = shortened(self.text, limit - len(around) - len("\n\n"))
        return "\n\n".join(filter(None, [self.title, text, self.link]))


def shortened(text: str, limit: int) -> str:
    """Cut a text off after `limit` characters, and say so with an ellipsis."""
    return text if len(text) <= limit else text[: max(limit - 1, 0)] + "…"


def describe(what: str, result: str, text: str = "") -> Message:
    """Say what ended how, with the commit and the address of the run if this is a workflow's job.

    Args:
        what: What ended.
        result: Of it or of its jobs, in GitHub's words: success, failure, cancelled or skipped.
        text: More about it, in Markdown.
    """
    given = job()
    title = f"{given.repository or 'plumbline'}: {what}: {result}"
    if given.sha:
        title += f", commit {given.sha[:8]} of {given.ref_name or '?'}"
    link = given.run_url if given.run_id else ""
    return Message(title, text, link, failed="failure" in result)
