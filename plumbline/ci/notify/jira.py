"""A ticket in Jira Cloud for what failed."""

from dataclasses import dataclass

from plumbline.ci.notify.channel import Request
from plumbline.ci.notify.message import Message, shortened

_SUMMARY = 255  # characters that Jira takes
_DESCRIPTION = 30_000  # it takes 32,767, the document around the text included


@dataclass(frozen=True)
class Jira:
    """Source: https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-issues/#api-rest-api-3-issue-post.

    Attributes:
        url: Of the site, such as https://example.atlassian.net.
        user: Mail address of the account.
        token: Its API token.
        project: Key of the project.
        kind: Type of the ticket.
    """

    url: str
    user: str
    token: str
    project: str
    kind: str = "Task"
    name: str = "Jira"

    def request(self, message: Message) -> Request | None:
        """Open a ticket, for a failure alone."""
        if not message.failed:
            return None
        paragraphs = [
            {"type": "paragraph", "content": [{"type": "text", "text": part}]}
            for part in message.plain(_DESCRIPTION).split("\n\n")
            if part.strip()
        ]
        fields = {
            "project": {"key": self.project},
            "issuetype": {"name": self.kind},
            "summary": shortened(message.title, _SUMMARY),
            # The Atlassian Document Format, which version 3 of the API asks for.
            "description": {"type": "doc", "version": 1, "content": paragraphs},
            "labels": ["plumbline"],
        }
        url = f"{self.url.rstrip('/')}/rest/api/3/issue"
        return Request(url, {"fields": fields}, auth=(self.user, self.token))
