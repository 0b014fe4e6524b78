"""Long work beside the event loop, so that probes and other requests are answered meanwhile."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")

# One thread: two would be no faster under the interpreter's lock, and the loop would wait for both.
_thread = ThreadPoolExecutor(1, thread_name_prefix="beside")


async def run(long: bool, work: Callable[P, T], *arguments: P.args, **options: P.kwargs) -> T:
    """Give the result of `work`, which runs here unless it takes long.

    Args:
        long: Whether it may take more than some milliseconds.
        work: What to call.
        arguments: Of `work`.
        options: Of `work`.
    """
    if not long:
        return work(*arguments, **options)
    return await asyncio.get_running_loop().run_in_executor(_thread, lambda: work(*arguments, **options))
