"""A request and its answer, close to Granian's RSGI so that they cost next to nothing."""

import asyncio
from typing import Any

import msgspec
from granian._granian import RSGIProtocolClosed, RSGIProtocolError

from services.common import media, tracing
from services.common.budget import Account
from services.common.problems import Problem, Violation, unread
from services.common.tracing import Trace
from services.predict.app.deadlines import Deadlines
from services.predict.app.settings import Settings

JSON = "application/json"


class Response(msgspec.Struct, frozen=True, gc=False):
    """An answer; `headers` come beside the content type."""

    body: bytes
    status: int = 200
    media_type: str = JSON
    headers: tuple[tuple[str, str], ...] = ()


class Request:
    """A request whose body is read within the limits.

    Attributes:
        scope: Granian's RSGI scope: method, path, headers.
    """

    __slots__ = ("_account", "_deadlines", "_protocol", "_settings", "_trace", "scope")

    def __init__(self, scope: Any, protocol: Any, settings: Settings, deadlines: Deadlines, account: Account) -> None:
        self.scope = scope
        self._protocol = protocol
        self._settings = settings
        self._deadlines = deadlines
        self._account = account
        self._trace: Trace | None = None

    def header(self, name: str) -> str | None:
        """Give a header by its lower-case name."""
        value: str | None = self.scope.headers.get(name)
        return value

    def trace(self) -> Trace:
        """Give the identity of the request."""
        if self._trace is None:
            self._trace = tracing.of(
                self.header("x-request-id"), self.header("traceparent"), bool(self._settings.otlp_endpoint)
            )
        return self._trace

    async def body(self) -> bytes:
        """Read the body of a JSON request.

        Raises:
            Problem: 400, 408, 413, 415 or 503; it breaks off, is too slow, too long, not plain JSON, or finds no room.
        """
        header = self.scope.headers.get
        media_type = header("content-type")
        if media_type and media.of_body(media_type) != JSON:
            raise unread(415, "unsupported-media-type", f"The body must be {JSON}.")
        if header("content-encoding"):  # also keeps decompression bombs out
            raise unread(415, "unsupported-encoding", "The body must not be compressed.")
        length = header("content-length")
        if length and int(length) > self._settings.max_body_bytes:
            raise self._too_long()
        if length:
            self._account.grow(int(length))
        task = self._deadlines.begin()
        try:
            return await (self._protocol() if length else self._stream())
        except asyncio.CancelledError:
            if not self._deadlines.was_late(task):
                raise
            text = f"The body did not arrive within {self._deadlines.seconds:g} seconds."
            raise unread(408, "slow-body", text) from None
        except (RSGIProtocolClosed, RSGIProtocolError):
            raise unread(400, "incomplete-body", "The body breaks off, or is not chunked as HTTP says.") from None
        finally:
            self._deadlines.end(task)

    async def _stream(self) -> bytes:
        """Read a body of unknown length, no further than the limit."""
        body = bytearray()
        async for chunk in self._protocol:
            self._account.grow(len(body) + len(chunk))
            body += chunk
            if len(body) > self._settings.max_body_bytes:
                raise self._too_long()
        return bytes(body)

    def _too_long(self) -> Problem:
        limit = self._settings.max_body_bytes
        text = f"The body is longer than {limit} bytes."
        return unread(413, "body-too-large", text, [Violation("", "maxBytes", text)])
