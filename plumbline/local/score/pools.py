"""What scores the files of a folder: processes of this machine, or a Ray cluster."""

from collections.abc import Mapping
from concurrent.futures import Future, ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import ExitStack
from multiprocessing import get_context
from multiprocessing.sharedctypes import Synchronized
from threading import Lock
from types import TracebackType
from typing import Any, Self

from plumbline.kernel import raylets
from plumbline.local.score import process
from plumbline.local.score.process import File

_ON_RAY = 256  # files that are asked for at once: a cluster that grows finds more to do


class Processes:
    """Processes of this machine, each with a scorer of its own."""

    def __init__(self, workers: int, environment: Mapping[str, str]) -> None:
        spawn = get_context("spawn")
        self._scored: Synchronized[int] = spawn.Value("q", 0)
        self._pool = ProcessPoolExecutor(workers, spawn, process.start, (environment, self._scored))

    def submit(self, file: File) -> Future[dict[str, Any]]:
        """Have a file scored; give its record."""
        return self._pool.submit(process.score, file)

    @property
    def scored(self) -> int:
        """Count the rows that were scored."""
        return self._scored.value

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._pool.shutdown(cancel_futures=True)


class OnRay:
    """The cores of a cluster. This process hands the files out, so that no two machines score the same one.

    Attributes:
        scored: Counts the rows of the files that were scored.
    """

    def __init__(self, workers: int, environment: Mapping[str, str], output: str) -> None:
        self._environment = environment
        self._output = output
        self._threads = ThreadPoolExecutor(workers or _ON_RAY)
        self._counting = Lock()
        self.scored = 0

    def submit(self, file: File) -> Future[dict[str, Any]]:
        """Have a file scored; give its record."""
        return self._threads.submit(self._score, file)

    def _score(self, file: File) -> dict[str, Any]:
        record, rows = self._raylets.call(file.name, process.score_alone, self._environment, file)
        with self._counting:
            self.scored += rows
        return record

    def __enter__(self) -> Self:
        with ExitStack() as stack:
            self._raylets = stack.enter_context(raylets.joined())
            self._raylets.alone(f"`plumb score` into {self._output}")
            self._joined = stack.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._threads.shutdown(wait=False, cancel_futures=True)
        self._joined.close()
