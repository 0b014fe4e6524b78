"""Bodies of requests, read within the limits."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from starlette.requests import ClientDisconnect, Request

from services.api.app import state
from services.common import media
from services.common.budget import Account
from services.common.problems import Problem, Violation, unread


@asynccontextmanager
async def read(
    request: Request, media_types: Sequence[str], longest: int | None = None
) -> AsyncIterator[tuple[bytes, str]]:
    """Read a request's body; give it and its media type for as long as the context lasts, which its memory is kept for.

    Args:
        request: The request.
        media_types: What the body may be; the first one if the request does not say.
        longest: In bytes; by default what the settings allow.

    Raises:
        Problem: 400, 408, 413, 415 or 503; it breaks off, is too slow, too long, compressed or of another type, or
            finds no room.
    """
    given = request.headers.get("content-type", media_types[0])
    media_type = media.of_body(given)
    if media_type not in media_types:
        text = f"The body must be {' or '.join(media_types)}."
        raise unread(415, "unsupported-media-type", text)
    if "content-encoding" in request.headers:  # also keeps decompression bombs out
        raise unread(415, "unsupported-encoding", "The body must not be compressed.")
    parts = state.of(request)
    longest = longest or parts.settings.max_body_bytes
    length = request.headers.get("content-length", "0")
    if not length.isdigit() or int(length) > longest:
        raise _too_long(longest)
    account = parts.bodies.account()
    try:
        yield await _receive(request, longest, parts.settings.body_seconds, account), media_type
    finally:
        account.close()


async def _receive(request: Request, longest: int, seconds: float, account: Account) -> bytes:
    body = bytearray()
    try:
        async with asyncio.timeout(seconds):
            async for chunk in request.stream():
                account.grow(len(body) + len(chunk))
                body += chunk
                if len(body) > longest:
                    raise _too_long(longest)
    except TimeoutError:
        raise unread(408, "slow-body", f"The body did not arrive within {seconds:g} seconds.") from None
    except ClientDisconnect:  # the server's word for chunks that are none, too
        raise unread(400, "incomplete-body", "The body breaks off, or is not chunked as HTTP says.") from None
    return bytes(body)


def _too_long(longest: int) -> Problem:
    text = f"The body is longer than {longest} bytes."
    return unread(413, "body-too-large", text, [Violation("", "maxBytes", text)])
