"""The identity of a request: an id of ours, and W3C trace context passed on."""

import re
import secrets

import msgspec

_TRACEPARENT = re.compile(r"00-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})")
_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{8,64}")


class Trace(msgspec.Struct, frozen=True):
    """Who a request is, here and in the systems around.

    Attributes:
        request_id: The caller's `x-request-id` if it is well-formed, else a new one.
        trace_id: 32 hexadecimal digits.
        span_id: 16 hexadecimal digits: our part of the trace.
        flags: `01` if the caller records the trace.
    """

    request_id: str
    trace_id: str
    span_id: str
    flags: str

    @property
    def traceparent(self) -> str:
        """The header that carries the trace to the next service."""
        return f"00-{self.trace_id}-{self.span_id}-{self.flags}"

    def fields(self) -> dict[str, str]:
        """Give the fields that every log line of the request carries."""
        return {
            "request_id": self.request_id,
            "trace_id": self.trace_id,
            "span_id": self.span_id,
        }


def of(request_id: str | None, traceparent: str | None) -> Trace:
    """Continue the caller's trace, or begin one.

    Source: W3C Trace Context, level 1. An ill-formed header counts as absent.
    """
    found = _TRACEPARENT.fullmatch(traceparent or "")
    usable = found and found[1] != "0" * 32 and found[2] != "0" * 16
    if not request_id or not _REQUEST_ID.fullmatch(request_id):
        request_id = secrets.token_hex(8)
    return Trace(
        request_id,
        found[1] if found and usable else secrets.token_hex(16),
        secrets.token_hex(8),
        found[3] if found and usable else "00",
    )
