"""Identifiers of predictions: in the order of time, and impossible to guess."""

import secrets
import time
from uuid import UUID


def new() -> str:
    """Make a UUID of version 7.

    Source: RFC 9562, section 5.7: 48 bits of milliseconds, then 74 random bits.
    """
    milliseconds = time.time_ns() // 1_000_000
    random = secrets.randbits(74)
    value = (milliseconds << 80) | (7 << 76) | (random >> 62 << 64) | (0b10 << 62)
    return str(UUID(int=value | (random & ((1 << 62) - 1))))
