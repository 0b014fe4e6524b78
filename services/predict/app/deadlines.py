"""Deadlines for many short waits: a timer of its own for each would cost more than the wait."""

import asyncio
import time
from typing import Any


class Deadlines:
    """Cancels the tasks whose wait is over; looks a few times per deadline."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self._waiting: dict[asyncio.Task[Any], float] = {}
        self._late: set[asyncio.Task[Any]] = set()

    def begin(self) -> asyncio.Task[Any]:
        """Start the clock for the current task, and give it."""
        task = asyncio.current_task()
        if task is None:
            raise RuntimeError("there is no task to cancel")
        self._waiting[task] = time.monotonic() + self.seconds
        return task

    def end(self, task: asyncio.Task[Any]) -> None:
        """Stop the clock."""
        self._waiting.pop(task, None)

    def was_late(self, task: asyncio.Task[Any]) -> bool:
        """Say whether a cancelled task was cancelled by its deadline, and let it go on."""
        if task in self._late:
            self._late.discard(task)
            task.uncancel()
            return True
        return False

    async def watch(self) -> None:
        """Look at the clocks for as long as the worker lives."""
        while True:
            await asyncio.sleep(self.seconds / 8)
            now = time.monotonic()
            for task, deadline in list(self._waiting.items()):
                if deadline < now and task not in self._late:
                    self._late.add(task)
                    task.cancel()
