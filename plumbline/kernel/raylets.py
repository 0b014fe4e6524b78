"""Calls on the cores of the Ray cluster that RAY_ADDRESS names; Ray is imported here alone, and only for them."""

import os
import socket
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from plumbline.kernel import runtime
from plumbline.kernel.errors import PlumblineError

_VARIABLE = "RAY_ADDRESS"
_RETRIES = 3  # of a call whose process or machine was lost
_SECONDS = 10  # in which calls end that nobody waits for any longer

Given = TypeVar("Given")
Value = TypeVar("Value")


def wanted() -> bool:
    """Whether the environment names a cluster."""
    return bool(os.environ.get(_VARIABLE))


class Raylets:
    """What a cluster that was joined can be asked for; it knows the modules and the folder of this process."""

    def __init__(self, ray: Any) -> None:
        self._ray = ray
        self._remote = ray.remote(num_cpus=1, max_retries=_RETRIES)(_called)
        self._asked: set[Any] = set()
        self._held: list[Any] = []

    def call(self, what: str, function: Callable[..., Value], *given: Any) -> Value:
        """Call a function on one of the cores, and once more wherever the process or the machine that did it is lost.

        Args:
            what: Is done, for the user.
            function: It can bear to be begun twice.
            given: Its arguments.

        Raises:
            PlumblineError: The function's own, or it was lost too often.
        """
        lost, asked = self._ray.exceptions, self._remote.remote(str(Path.cwd()), function, *given)
        self._asked.add(asked)
        try:
            value, said = self._ray.get(asked)
        except lost.RayTaskError:
            raise
        except lost.RayError as error:
            reason = str(error).strip().partition("\n")[0] or type(error).__name__
            raise PlumblineError(
                f"{what}: the Ray cluster gave up after {_RETRIES} more tries, perhaps for want of memory ({reason})"
            ) from None
        finally:
            self._asked.discard(asked)
        if said is not None:
            raise PlumblineError(said)
        return value  # type: ignore[no-any-return]

    def map(self, function: Callable[[Given], Value], given: Iterable[Given]) -> Iterator[Value]:
        """Call a function for each of some values, all at once; give what it gives in their order.

        Raises:
            PlumblineError: As `call`.
        """
        values = list(given)
        kept = self._ray.put(function)  # once, for it may hold a table
        with ThreadPoolExecutor(len(values)) as threads:
            yield from threads.map(partial(self.call, "a trial", kept), values)

    def stop(self) -> None:
        """End the calls that go on, so that no thread waits for one."""
        asked = list(self._asked)
        for one in asked:
            self._ray.cancel(one, force=True)
        if asked:
            self._ray.wait(asked, num_returns=len(asked), timeout=_SECONDS)

    def alone(self, what: str) -> None:
        """Keep others out of the cluster that do the same, until this process has left it, however it leaves.

        Raises:
            PlumblineError: Another process is at it.
        """
        try:
            self._held.append(self._ray.remote(_Mark).options(name=what, num_cpus=0).remote())
        except ValueError:  # the name is taken
            raise PlumblineError(f"another {what} is running on this Ray cluster: wait until it has ended") from None


class _Mark:
    """Is there."""


@contextmanager
def joined() -> Iterator[Raylets]:
    """Join the cluster; its processes run under the pinned variables, as this one does.

    Raises:
        PlumblineError: Ray is not installed, or no cluster answers.
    """
    try:
        import ray
    except ModuleNotFoundError:
        raise PlumblineError(
            f"{_VARIABLE} is set and Ray is not installed: run `plumb ci tools ray`, or unset the variable"
        ) from None
    address, variables = os.environ[_VARIABLE], {"env_vars": runtime.pinned()}
    try:
        ray.init(address, namespace="plumbline", runtime_env=variables, log_to_driver=False, logging_level="ERROR")
    except (OSError, RuntimeError, ValueError) as error:
        said = " ".join(str(error).split())
        raise PlumblineError(f"no Ray cluster can be joined at {address}, which {_VARIABLE} names: {said}") from None
    cluster = Raylets(ray)
    try:
        yield cluster
    finally:
        cluster.stop()
        ray.shutdown()


def _called(folder: str, function: Callable[..., Value], *given: Any) -> tuple[Value | None, str | None]:
    """Give what the function gives, or the sentence of its error: Ray would put a traceback before it."""
    try:
        os.chdir(folder)
    except OSError as error:
        there = f"{folder} on {socket.gethostname()}: {error.strerror}"
        return None, f"{there}: each machine of the Ray cluster must have the code in the folder that it lies in here"
    try:
        return function(*given), None
    except PlumblineError as error:
        return None, str(error)
