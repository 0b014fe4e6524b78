"""Media types: what a body is, and what an answer may be (RFC 9110, sections 8.3 and 12.5.1)."""

from email.message import Message

from services.common.problems import unread

_CHARSETS = {"utf-8", "utf8", "us-ascii"}  # the last is a part of the first


def of_body(header: str) -> str:
    """Give the media type that a Content-Type header names, in lower case.

    Raises:
        Problem: 415; it names another charset than UTF-8.
    """
    kind, parameters = _parse(header)
    charset = parameters.get("charset", "utf-8").lower()
    if charset not in _CHARSETS:
        raise unread(415, "unsupported-charset", "The body must be UTF-8.")
    return kind


def prefers(accept: str, kind: str, default: str) -> bool:
    """Tell whether an Accept header names `kind`, and no less than `default`."""
    if kind not in accept.lower():
        return False
    weights = {name: _weight(parameters) for name, parameters in map(_parse, accept.split(","))}
    wanted = weights.get(kind, 0.0)
    return wanted > 0 and wanted >= weights.get(default, 0.0)


def _parse(header: str) -> tuple[str, dict[str, str]]:
    if ";" not in header:
        return header.strip().lower(), {}
    message = Message()
    message["content-type"] = header.strip()
    (kind, _), *parameters = message.get_params(failobj=[("", "")])
    return kind.lower(), {name.lower(): value for name, value in parameters}


def _weight(parameters: dict[str, str]) -> float:
    try:
        return float(parameters.get("q", "1"))
    except ValueError:
        return 0.0
