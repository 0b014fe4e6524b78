"""The limit: the same server, reading the body and answering a constant."""

from typing import Any

_BODY = b'{"predictions":[{"prediction":1.0,"lower":1.0,"upper":1.0}]}'
_HEADERS = [("content-type", "application/json")]


async def application(_: Any, protocol: Any) -> None:
    """Answer one request (RSGI)."""
    await protocol()
    protocol.response_bytes(200, _HEADERS, _BODY)
