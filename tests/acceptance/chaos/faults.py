"""The faults. Each breaks something, waits, and mends it unless it mends itself."""

import resource
import signal
import socket
import sqlite3
import time
from collections.abc import Callable
from pathlib import Path

import psutil

from services.common.tests import toy
from services.common.tests.running import Running, workers
from tests.acceptance.chaos.load import Load

_LOCK_SECONDS = 60


class Pair:
    """The services under test and the file they store in."""

    def __init__(self, predict: Running, api: Running, store: Path) -> None:
        self.predict = predict
        self.api = api
        self.store = store


Fault = Callable[[Pair, float], None]


def kill_predict(pair: Pair, _: float) -> None:
    """SIGKILL to predict's worker."""
    for worker in workers(pair.predict):
        worker.kill()


def kill_api(pair: Pair, _: float) -> None:
    """SIGKILL to api's worker."""
    for worker in workers(pair.api):
        worker.kill()


def stall_predict(pair: Pair, seconds: float) -> None:
    """Nothing of predict reacts."""
    stopped = workers(pair.predict)
    for worker in stopped:
        worker.send_signal(signal.SIGSTOP)
    time.sleep(seconds)
    for worker in stopped:
        worker.send_signal(signal.SIGCONT)


def fill_disk(pair: Pair, seconds: float) -> None:
    """No file of api's can grow: a full disk."""
    limited = workers(pair.api)
    for worker in limited:
        worker.rlimit(psutil.RLIMIT_FSIZE, (4096, resource.RLIM_INFINITY))
    time.sleep(seconds)
    for worker in limited:
        worker.rlimit(psutil.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))


def stall_store(pair: Pair, seconds: float) -> None:
    """Another process holds the store's lock."""
    with sqlite3.connect(pair.store, isolation_level=None, timeout=0) as connection:
        end = time.monotonic() + _LOCK_SECONDS
        while not _locked(connection):
            if time.monotonic() > end:
                raise TimeoutError(f"{pair.store} was never free for {_LOCK_SECONDS} s")
            time.sleep(0.001)  # SQLite itself looks ten times a second, and api leaves it free for a moment only
        time.sleep(seconds)
        connection.execute("ROLLBACK")


def _locked(connection: sqlite3.Connection) -> bool:
    try:
        connection.execute("BEGIN EXCLUSIVE")
    except sqlite3.OperationalError:
        return False
    return True


def slow_clients(pair: Pair, seconds: float) -> None:
    """200 clients that send a head and then nothing."""
    head = b"POST /v1/predictions HTTP/1.1\r\nhost: x\r\ncontent-length: 500\r\n\r\n{"
    slow = []
    for service in (pair.api, pair.predict):
        for _ in range(100):
            connection = socket.create_connection(("127.0.0.1", service.port))
            connection.sendall(head)
            slow.append(connection)
    time.sleep(seconds)
    for connection in slow:
        connection.close()


def overload(pair: Pair, seconds: float) -> None:
    """Four times as many clients on top of those that are there."""
    with Load(pair.api.url, toy.row(toy.PLANTS), clients=32):
        time.sleep(seconds)


FAULTS: dict[str, Fault] = {
    "predict's worker killed": kill_predict,
    "api's worker killed": kill_api,
    "predict stalled": stall_predict,
    "disk full": fill_disk,
    "store locked": stall_store,
    "200 slow clients": slow_clients,
    "5 times the clients": overload,
}
