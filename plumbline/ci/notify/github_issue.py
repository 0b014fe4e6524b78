"""A comment on an issue of GitHub, where the reports of all builds come together."""

from dataclasses import dataclass

from plumbline.ci.github import Repository
from plumbline.ci.notify.channel import Request
from plumbline.ci.notify.message import Message

_LIMIT = 65_000  # characters; a comment takes 65,536


@dataclass(frozen=True)
class GitHubIssue:
    """Source: https://docs.github.com/en/rest/issues/comments#create-an-issue-comment.

    Attributes:
        repository: The repository, with a token that has `issues: write`.
        number: Of the issue.
    """

    repository: Repository
    number: int
    name: str = "GitHub"

    def request(self, message: Message) -> Request:
        """Write a comment."""
        url = f"{self.repository.api}/repos/{self.repository.name}/issues/{self.number}/comments"
        return Request(url, {"body": f"### {message.plain(_LIMIT)}"}, self.repository.headers())
