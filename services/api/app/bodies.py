"""Bodies of requests, read within the limits."""

import asyncio
from collections.abc import Sequence

from starlette.requests import Request

from services.api.app.settings import Settings
from services.common.problems import Problem, Violation, unread


async def read(request: Request, settings: Settings, media_types: Sequence[str]) -> tuple[bytes, str]:
    """Read a request's body; give it and its media type.

    Args:
        request: The request.
        settings: Hold the limits.
        media_types: What the body may be; the first one if the request does not say.

    Raises:
        Problem: 408, 413 or 415; it is too slow, too long, compressed or of another type.
    """
    given = request.headers.get("content-type", media_types[0])
    media_type = given.partition(";")[0].strip().lower()
    if media_type not in media_types:
        text = f"The body must be {' or '.join(media_types)}."
        raise unread(415, "unsupported-media-type", text)
    if "content-encoding" in request.headers:  # also keeps decompression bombs out
        raise unread(415, "unsupported-encoding", "The body must not be compressed.")
    length = request.headers.get("content-length", "0")
    if not length.isdigit() or int(length) > settings.max_body_bytes:
        raise _too_long(settings)
    body = bytearray()
    try:
        async with asyncio.timeout(settings.body_seconds):
            async for chunk in request.stream():
                body += chunk
                if len(body) > settings.max_body_bytes:
                    raise _too_long(settings)
    except TimeoutError:
        text = f"The body did not arrive within {settings.body_seconds:g} seconds."
        raise unread(408, "slow-body", text) from None
    return bytes(body), media_type


def _too_long(settings: Settings) -> Problem:
    text = f"The body is longer than {settings.max_body_bytes} bytes."
    return unread(413, "body-too-large", text, [Violation("", "maxBytes", text)])
