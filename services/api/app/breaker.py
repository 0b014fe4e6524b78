"""A circuit breaker: when a service fails again and again, it is left alone for a while."""

import time
from collections.abc import Callable


class Breaker:
    """Opens after some failures in a row and lets one attempt through when it has rested.

    Source: M. Nygard, Release It!, 2nd ed., section 5.2.
    """

    def __init__(self, failures: int = 5, rest: float = 2.0, clock: Callable[[], float] = time.monotonic) -> None:
        """Make a closed breaker.

        Args:
            failures: In a row, after which it opens.
            rest: Seconds for which it stays open.
            clock: Gives seconds.
        """
        self._limit = failures
        self._rest = rest
        self._clock = clock
        self._failures = 0
        self._until = 0.0

    def allows(self) -> bool:
        """Say whether an attempt may be made; after a rest, one may."""
        if self._failures < self._limit:
            return True
        if self._clock() < self._until:
            return False
        self._until = self._clock() + self._rest  # the next one waits for this one's outcome
        return True

    def succeeded(self) -> None:
        """Close."""
        self._failures = 0

    def failed(self) -> None:
        """Count a failure."""
        self._failures += 1
        if self._failures >= self._limit:
            self._until = self._clock() + self._rest
