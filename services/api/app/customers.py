"""Whom a prediction is about: the caller's own reference, given with the request."""

import re

from starlette.requests import Request

from services.common.problems import Problem

HEADER = "Customer-Reference"
PATTERN = "[A-Za-z0-9][A-Za-z0-9._:-]{0,127}"
_REFERENCE = re.compile(PATTERN)


def of(request: Request) -> str | None:
    """Give the reference that the request's header names, if it has one.

    Raises:
        Problem: 400; it is no reference.
    """
    given = request.headers.get(HEADER)
    return None if given is None else check(given)


def check(reference: str) -> str:
    """Give `reference` back.

    Raises:
        Problem: 400; it is no reference.
    """
    if not _REFERENCE.fullmatch(reference):
        text = "A customer reference is 1 to 128 letters, digits and ._:- and begins with a letter or digit."
        raise Problem(400, "bad-customer-reference", text)
    return reference
