"""Typed client of Plumbline's api service."""

from .answers import Answer, Explanation, Interval, Prediction, Violation, WhatIf
from .client import Client, RefusedError, UnavailableError

__all__ = [
    "Answer",
    "Client",
    "Explanation",
    "Interval",
    "Prediction",
    "RefusedError",
    "UnavailableError",
    "Violation",
    "WhatIf",
]
