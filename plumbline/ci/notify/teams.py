"""A channel of Microsoft Teams, through its workflow "Post to a channel when a webhook request is received"."""

from dataclasses import dataclass

from plumbline.ci.notify.channel import Request
from plumbline.ci.notify.message import Message, shortened

_LIMIT = 6_000  # characters; a message takes 28 KB, and a character up to four bytes


@dataclass(frozen=True)
class Teams:
    """Source: https://adaptivecards.io/explorer/AdaptiveCard.html, version 1.4."""

    webhook: str
    name: str = "Teams"

    def request(self, message: Message) -> Request:
        """Make a card: the title, the text, and a button that opens the run."""
        blocks = [{"type": "TextBlock", "text": message.title, "wrap": True, "weight": "Bolder"}]
        if message.text:
            blocks.append({"type": "TextBlock", "text": shortened(message.text, _LIMIT), "wrap": True})
        card: dict[str, object] = {"type": "AdaptiveCard", "version": "1.4", "body": blocks}
        if message.link:
            card["actions"] = [{"type": "Action.OpenUrl", "title": "Open the run", "url": message.link}]
        content = {"contentType": "application/vnd.microsoft.card.adaptive", "content": card}
        return Request(self.webhook, {"type": "message", "attachments": [content]})
