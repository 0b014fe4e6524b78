"""The identity of a request: an id of ours, and W3C trace context passed on."""

import re
import secrets

import msgspec

_TRACEPARENT = re.compile(r"00-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})")
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "DELETE", "CONNECT", "OPTIONS", "TRACE", "PATCH"})
_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{8,64}")


class Trace(msgspec.Struct, frozen=True):
    """Who a request is, here and in the systems around.

    Attributes:
        request_id: The caller's `x-request-id` if it is well-formed, else a new one.
        trace_id: 32 hexadecimal digits.
        span_id: 16 hexadecimal digits: our part of the trace.
        parent_id: 16 hexadecimal digits: the caller's part; empty if the trace begins here.
        flags: `01` if the trace is recorded.
    """

    request_id: str
    trace_id: str
    span_id: str
    parent_id: str
    flags: str

    @property
    def sampled(self) -> bool:
        """Whether the trace is recorded."""
        return bool(int(self.flags, 16) & 1)

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


def method(given: str) -> str:
    """Give the method of a request, or `_OTHER` for a word of the caller's own.

    Source: OpenTelemetry's semantic conventions for HTTP, `http.request.method`.
    """
    return given if given in _METHODS else "_OTHER"


def of(request_id: str | None, traceparent: str | None, record: bool = False) -> Trace:
    """Continue the caller's trace, or begin one.

    Source: W3C Trace Context, level 1. An ill-formed header counts as absent.

    Args:
        request_id: The caller's `x-request-id`.
        traceparent: The caller's header of the same name.
        record: Whether a trace that begins here is recorded; of another one the caller has decided.
    """
    found = _TRACEPARENT.fullmatch(traceparent or "")
    if not request_id or not _REQUEST_ID.fullmatch(request_id):
        request_id = secrets.token_hex(8)
    span_id = secrets.token_hex(8)
    if found and found[1] != "0" * 32 and found[2] != "0" * 16:
        return Trace(request_id, found[1], span_id, found[2], found[3])
    return Trace(request_id, secrets.token_hex(16), span_id, "", "01" if record else "00")
