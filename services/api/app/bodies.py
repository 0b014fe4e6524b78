"""Bodies of requests, read within the limits."""

import asyncio

from starlette.requests import Request

from services.api.app.settings import Settings
from services.common.problems import Problem, Violation, unread


async def read(request: Request, settings: Settings, media_type: str) -> bytes:
    """Read a request's body.

    Args:
        request: The request.
        settings: Hold the limits.
        media_type: What the body must be; a request that does not say passes.

    Raises:
        Problem: 408, 413 or 415; it is too slow, too long, compressed or of another type.
    """
    given = request.headers.get("content-type", media_type)
    if given.partition(";")[0].strip().lower() != media_type:
        raise unread(415, "unsupported-media-type", f"The body must be {media_type}.")
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
    return bytes(body)


def _too_long(settings: Settings) -> Problem:
    text = f"The body is longer than {settings.max_body_bytes} bytes."
    return unread(413, "body-too-large", text, [Violation("", "maxBytes", text)])
