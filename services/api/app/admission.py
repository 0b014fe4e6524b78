"""Who is let in: no more requests at once than are answered soon; the others are told so at once.

Little's law: a request that is let in waits for as long as those take that came before it; with 64 of them and 1,000
answered in a second that is 64 ms. What waits for the event loop itself, when refusing alone fills it, is not bounded.
Batches have places of their own: one takes as long as hundreds of single rows.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from services.api.app import metrics
from services.common.problems import unavailable

_RETRY_AFTER = 1  # seconds
_LONG = 32 * 1024  # bytes of JSON, up to some hundred rows and ten milliseconds


def is_batch(length: int) -> bool:
    """Tell whether a JSON body of `length` bytes is one that is worked on beside the event loop."""
    return length > _LONG


class Admission:
    """The places of a worker; a body that is being read takes none."""

    def __init__(self, requests: int, batches: int) -> None:
        """Make places.

        Args:
            requests: With a short body.
            batches: With a long one; see `is_batch`.
        """
        self._free = {"request": requests, "batch": batches}

    @contextmanager
    def enter(self, batch: bool) -> Iterator[None]:
        """Take a place for a request, or for a batch, and give it back at the end.

        Raises:
            Problem: 503; all are taken.
        """
        kind = "batch" if batch else "request"
        if not self._free[kind]:
            metrics.SHED.labels(kind).inc()
            text = "More requests are being answered than can be soon."
            raise unavailable("overloaded", text, _RETRY_AFTER)
        self._free[kind] -= 1
        try:
            yield
        finally:
            self._free[kind] += 1
