"""How a channel is told: one request, whose failure shows no secret."""

from dataclasses import dataclass
from typing import Protocol
from urllib.parse import urlsplit

import httpx

from plumbline.ci.notify.message import Message
from plumbline.kernel.errors import PlumblineError

_TIMEOUT = 10  # seconds


@dataclass(frozen=True)
class Request:
    """A request that delivers a message.

    Attributes:
        url: Where to; it may hold a secret.
        body: Sent as JSON.
        headers: Sent beside it.
        auth: User and password of basic authentication.
    """

    url: str
    body: object
    headers: dict[str, str] | None = None
    auth: tuple[str, str] | None = None


class Channel(Protocol):
    """Somewhere people are told."""

    @property
    def name(self) -> str:
        """How errors and logs call it."""

    def request(self, message: Message) -> Request | None:
        """Give the request that delivers a message; None if the channel does not want it."""


def send(channel: Channel, message: Message) -> bool:
    """Tell a channel.

    Returns:
        Whether the channel wanted the message.

    Raises:
        PlumblineError: The channel cannot be reached or refuses. An address may be secret: its host alone is named.
    """
    request = channel.request(message)
    if request is None:
        return False
    host = urlsplit(request.url).hostname
    try:
        answer = httpx.post(
            request.url, json=request.body, headers=request.headers, auth=request.auth, timeout=_TIMEOUT
        )
        answer.raise_for_status()
    except httpx.HTTPStatusError as error:
        raise PlumblineError(f"{channel.name}: {host} answers {error.response.status_code}") from None
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise PlumblineError(f"{channel.name}: {host} cannot be reached ({type(error).__name__})") from None
    return True
