"""Wait for something outside this process."""

import time
from collections.abc import Callable


def until(done: Callable[[], bool], seconds: float, pause: float = 5) -> bool:
    """Ask `done` again and again until it holds or the time is over.

    Returns:
        Whether it holds.
    """
    end = time.monotonic() + seconds
    while not done():
        if time.monotonic() >= end:
            return False
        time.sleep(min(pause, max(0.0, end - time.monotonic())))
    return True
