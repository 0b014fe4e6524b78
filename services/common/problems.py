"""Problem details for HTTP (RFC 9457): the one form in which the services say no."""

from collections.abc import Mapping, Sequence
from http import HTTPStatus

import msgspec

MEDIA_TYPE = "application/problem+json"


class Violation(msgspec.Struct, frozen=True):
    """One rule that one value of a request breaks.

    Attributes:
        field: JSON pointer (RFC 6901) to the value in the request's body.
        rule: The rule's name, as in JSON Schema where there is one: `required`, `maximum`, `enum`.
        message: What was found and what is allowed.
    """

    field: str
    rule: str
    message: str


class Details(msgspec.Struct, frozen=True):
    """Why a request was refused (RFC 9457)."""

    type: str
    title: str
    status: int
    detail: str
    errors: tuple[Violation, ...] | msgspec.UnsetType = msgspec.UNSET
    request_id: str | msgspec.UnsetType = msgspec.UNSET


class Problem(Exception):  # noqa: N818 - the word of RFC 9457
    """An answer other than success.

    Attributes:
        status: HTTP status code.
        kind: The problem's type, a word that programs can compare; `type` is its URN.
        detail: What went wrong here and what to do.
        errors: The violations, if the request's body is at fault.
        headers: Further headers of the answer.
    """

    def __init__(
        self,
        status: int,
        kind: str,
        detail: str,
        errors: Sequence[Violation] = (),
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(detail)
        self.status = status
        self.kind = kind
        self.detail = detail
        self.errors = tuple(errors)
        self.headers = dict(headers or {})

    def body(self, request_id: str | None = None) -> bytes:
        """Encode the problem as JSON."""
        details = Details(
            f"urn:plumbline:problem:{self.kind}",
            HTTPStatus(self.status).phrase,
            self.status,
            self.detail,
            self.errors or msgspec.UNSET,
            request_id or msgspec.UNSET,
        )
        return msgspec.json.encode(details)


def unavailable(kind: str, detail: str, retry_after: int) -> Problem:
    """Give a 503 that says after how many seconds another attempt makes sense."""
    return Problem(503, kind, detail, headers={"retry-after": str(retry_after)})


def unread(status: int, kind: str, detail: str, errors: Sequence[Violation] = ()) -> Problem:
    """Give an answer to a request whose body was not read to its end: its connection is of no further use."""
    return Problem(status, kind, detail, errors, {"connection": "close"})
