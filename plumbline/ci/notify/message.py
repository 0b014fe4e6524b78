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
    given = job()
    title = f"{given.repository or 'plumbline'}: {what}: {result}"
    if given.sha:
        title += f", commit {given.sha[:8]} of {given.ref_name or '?'}"
    link = given.run_url if given.run_id else ""
    return Message(title, text, link, failed="failure" in result)
