"""A channel of Slack, through its incoming webhook."""

from dataclasses import dataclass

from plumbline.ci.notify.channel import Request
from plumbline.ci.notify.message import Message

_LIMIT = 3000  # characters of a section's text


@dataclass(frozen=True)
class Slack:
    """Source: https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks."""

    webhook: str
    name: str = "Slack"

    def request(self, message: Message) -> Request:
        """Put the title into the notification, and all of it into the message."""
        section = {"type": "section", "text": {"type": "mrkdwn", "text": message.plain(_LIMIT)}}
        return Request(self.webhook, {"text": message.title, "blocks": [section]})
