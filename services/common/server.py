"""How both services listen: Granian, with time to finish what was begun."""

import multiprocessing
import multiprocessing.process
import os
import resource
import signal
import sys
import threading
import time
from typing import NoReturn

import msgspec
from granian.constants import HTTPModes, Interfaces
from granian.http import HTTP1Settings
from granian.server import Server

from services.common import logs, metrics

_BUFFER = 64 * 1024  # bytes of a connection's head, or of what is read of its body at once
_OTHER_FILES = 512  # descriptors that a worker needs beside those of its connections


class ServerSettings(msgspec.Struct, frozen=True, kw_only=True):
    """The settings every service has.

    Attributes:
        host: Address to listen on.
        workers: Processes; each computes in one thread.
        drain_seconds: How long a stopping worker may finish requests before it is killed.
        header_seconds: How long a connection may be without a request's whole head, when it is new or between requests.
        max_connections: Most connections of one worker; further ones wait until one of these ends.
        max_rows: Most rows in one request.
        max_body_bytes: Longest body of a request.
        max_bodies_bytes: Most bytes of the bodies of all requests of one worker.
        body_seconds: How long a client may take to send a body.
        max_in_flight: Most requests in one worker at a time; further ones get a 503.
        log_requests: Whether every request is logged, not only those answered by a problem.
        log_level: debug, info, warning or error.
        otlp_endpoint: URL that takes traces by OTLP over HTTP; empty for none.
    """

    host: str = "127.0.0.1"
    port: int
    workers: int = 1
    drain_seconds: int = 20
    header_seconds: int = 10
    max_connections: int = 2048
    max_rows: int = 10_000
    max_body_bytes: int = 16 * 1024 * 1024
    max_bodies_bytes: int = 64 * 1024 * 1024
    body_seconds: float = 10.0
    max_in_flight: int = 512
    log_requests: bool = False
    log_level: str = "info"
    otlp_endpoint: str = ""

    def __post_init__(self) -> None:
        """Refuse what no server can do."""
        if not 0 < self.port < 65536 or self.workers < 1:
            raise ValueError("the port must be 1 to 65535, and workers at least 1")
        if self.header_seconds < 1 or self.max_connections < 1:
            raise ValueError("the seconds of a head and the connections must be at least 1")
        if min(self.max_rows, self.max_body_bytes, self.max_in_flight) < 1:
            raise ValueError("…_MAX_ROWS, …_MAX_BODY_BYTES and …_MAX_IN_FLIGHT must be at least 1")
        if self.max_bodies_bytes < self.max_body_bytes:
            raise ValueError("…_MAX_BODIES_BYTES must be at least …_MAX_BODY_BYTES, or the longest body never fits")
        if self.log_level not in {"debug", "info", "warning", "error"}:
            raise ValueError("the log level must be debug, info, warning or error")


def serve(service: str, target: str, interface: Interfaces, settings: ServerSettings) -> None:
    """Serve until SIGTERM or SIGINT, then finish the requests in flight.

    Args:
        service: The service's name, for logs and the process list.
        target: Where the application is, `module:name`; each worker imports it.
        interface: The application's protocol.
        settings: Where and how to listen.
    """
    logs.configure(service, settings.log_level)
    metrics.share(settings.workers)
    _allow_files(settings.max_connections + _OTHER_FILES)
    server = Server(
        target,
        address=settings.host,
        port=settings.port,
        interface=interface,
        workers=settings.workers,
        websockets=False,
        # No HTTP/2: it bounds neither the wait for a connection's first byte nor its idle time.
        http=HTTPModes.http1,
        http1_settings=HTTP1Settings(header_read_timeout=settings.header_seconds * 1000, max_buffer_size=_BUFFER),
        backpressure=settings.max_connections,
        log_dictconfig=logs.GRANIAN,
        respawn_failed_workers=True,
        workers_kill_timeout=settings.drain_seconds,
    )
    logs.get().info("listening", host=settings.host, port=settings.port, workers=settings.workers)
    server.serve()


def _allow_files(count: int) -> None:
    """Raise this process' limit of open files, which its workers inherit, as far as the system lets it."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = count if hard == resource.RLIM_INFINITY else min(count, hard)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


def end_with_parent() -> None:
    """Have this worker end, as by SIGTERM, when the process that started it is gone, even if that was killed."""
    parent = multiprocessing.parent_process()
    if parent is None:
        return
    signal.signal(signal.SIGTERM, signal.SIG_DFL)  # the parent's handler came along; the server sets its own later
    threading.Thread(target=_end_after, args=(parent,), name="end-with-parent", daemon=True).start()


def _end_after(parent: multiprocessing.process.BaseProcess) -> None:
    parent.join()
    while True:  # a server that has just set its handler and not begun may miss the first
        os.kill(os.getpid(), signal.SIGTERM)
        time.sleep(1)


def stop(error: Exception) -> NoReturn:
    """End the process because its settings are wrong."""
    sys.exit(f"error: {error}")
