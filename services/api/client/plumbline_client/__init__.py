"""Typed client of Plumbline's api service."""

from .answers import Explanation, Interval, Prediction, Violation
from .client import Client, RefusedError, UnavailableError

__all__ = [
    "Client",
    "Explanation",
    "Interval",
    "Prediction",
    "RefusedError",
    "UnavailableError",
    "Violation",
]
