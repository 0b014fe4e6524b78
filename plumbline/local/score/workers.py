"""Processes that score as the service does; each is given one body at a time."""

import os
import subprocess
import sys
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from queue import SimpleQueue
from types import TracebackType
from typing import Any, Self

import msgspec

from plumbline.kernel.errors import PlumblineError

_MODULE = "services.predict.app.batch"
_AHEAD = 4  # bodies of each worker that are waiting, so that none has to


class Worker:
    """One process.

    Attributes:
        description: What `GET /v1/model` would say of its bundle.
    """

    def __init__(self, environment: Mapping[str, str]) -> None:
        """Start it and wait until its bundle is verified.

        Raises:
            PlumblineError: The bundle cannot be used; the message is the service's.
        """
        self._process = subprocess.Popen(
            [sys.executable, "-m", _MODULE],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=os.environ | environment,
        )
        first = self._line()
        self.description: dict[str, Any] = msgspec.json.decode(first)

    def answer(self, body: bytes) -> list[Any]:
        """Give what the service would say of each row of a body, which has no line feed.

        Raises:
            PlumblineError: The process ended.
        """
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(body + b"\n")
            self._process.stdin.flush()
        except OSError:
            pass  # what it said tells why
        answers: list[Any] = msgspec.json.decode(self._line())
        return answers

    def _line(self) -> bytes:
        assert self._process.stdout is not None
        assert self._process.stderr is not None
        line = self._process.stdout.readline()
        if not line:
            _, _, said = self._process.stderr.read().decode(errors="replace").rpartition("error: ")  # behind its log
            raise PlumblineError(said.strip() or f"a worker ended with {self._process.wait()}")
        return line

    @property
    def alive(self) -> bool:
        """Whether it has not ended."""
        return self._process.poll() is None

    def stop(self) -> None:
        """End it."""
        self._process.kill()
        self._process.communicate()


class Workers:
    """Several of them; as a context they end with it.

    Attributes:
        description: As a worker's.
    """

    def __init__(self, count: int, environment: Mapping[str, str]) -> None:
        self._count = count
        self._environment = environment
        self._all: list[Worker] = []
        self._free: SimpleQueue[Worker] = SimpleQueue()

    def __enter__(self) -> Self:
        try:
            for _ in range(self._count):
                self._all.append(Worker(self._environment))
                self._free.put(self._all[-1])
        except PlumblineError:
            self.__exit__(None, None, None)
            raise
        self.description = self._all[0].description
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for worker in self._all:
            worker.stop()

    @property
    def alive(self) -> bool:
        """Whether none of them has ended."""
        return all(worker.alive for worker in self._all)

    def answers(self, bodies: Iterable[bytes]) -> Iterator[list[Any]]:
        """Give the answers for each body, in their order; no more bodies are made than are needed soon."""
        with ThreadPoolExecutor(self._count) as pool:
            waiting: list[Future[list[Any]]] = []
            for body in bodies:
                waiting.append(pool.submit(self._one, body))
                if len(waiting) >= self._count * _AHEAD:
                    yield waiting.pop(0).result()
            for future in waiting:
                yield future.result()

    def _one(self, body: bytes) -> list[Any]:
        worker = self._free.get()
        try:
            return worker.answer(body)
        finally:
            self._free.put(worker)
