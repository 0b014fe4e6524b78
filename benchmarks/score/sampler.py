"""What this process and all that it starts take of memory and of CPU time, looked at ten times a second."""

import threading
from types import TracebackType
from typing import Self

import psutil

_PAUSE = 0.1  # seconds


class Sampler:
    """Samples for as long as the context lasts.

    Attributes:
        peak: The most memory at once, in bytes: the sum of the proportional set sizes, which count shared pages once.
        cpu: Seconds of CPU time of all processes, in user and system mode.
    """

    def __enter__(self) -> Self:
        self.peak = 0
        self._cpu: dict[int, float] = {}
        self._end = threading.Event()
        self._before = self._time(psutil.Process())
        self._thread = threading.Thread(target=self._run)
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._end.set()
        self._thread.join()
        self.cpu = sum(self._cpu.values()) - self._before

    def _run(self) -> None:
        this = psutil.Process()
        while not self._end.wait(_PAUSE):
            total = 0
            for process in (this, *this.children(recursive=True)):
                try:
                    total += process.memory_full_info().pss
                    self._cpu[process.pid] = self._time(process)
                except psutil.Error:
                    continue  # it has just ended
            self.peak = max(self.peak, total)

    @staticmethod
    def _time(process: psutil.Process) -> float:
        times = process.cpu_times()
        return float(times.user + times.system)
