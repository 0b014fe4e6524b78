"""The memory that the bodies of all requests of a worker may take together."""

from services.common.problems import Problem

_FREE = 64 * 1024  # bytes of each body that are not counted: long bodies never keep short ones out


class Budget:
    """Bytes that are still free. A body takes them as it arrives, not as it is announced."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._free = size

    def account(self) -> "Account":
        """Open the account of one request."""
        return Account(self)

    def take(self, count: int) -> None:
        """Take bytes, or give back as many as a negative count says.

        Raises:
            Problem: 503; there are not as many.
        """
        if count > self._free:
            text = f"All unfinished requests hold the {self._size} bytes that there are for bodies."
            # The rest of the body is not read: its connection is of no further use.
            raise Problem(503, "bodies-overload", text, headers={"retry-after": "1", "connection": "close"})
        self._free -= count


class Account:
    """What one request has taken."""

    def __init__(self, budget: Budget) -> None:
        self._budget = budget
        self._taken = 0

    def grow(self, length: int) -> None:
        """Have taken what a body of `length` bytes needs.

        Raises:
            Problem: 503; there is no room.
        """
        more = max(0, length - _FREE) - self._taken
        if more > 0:
            self._budget.take(more)
            self._taken += more

    def close(self) -> None:
        """Give all of it back."""
        self._budget.take(-self._taken)
        self._taken = 0
