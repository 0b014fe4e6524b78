"""How both services listen: Granian, with time to finish what was begun."""

import sys
from typing import NoReturn

import msgspec
from granian.constants import Interfaces
from granian.http import HTTP1Settings
from granian.server import Server

from services.common import logs, metrics


class ServerSettings(msgspec.Struct, frozen=True, kw_only=True):
    """The settings every service has.

    Attributes:
        host: Address to listen on.
        workers: Processes; each computes in one thread.
        drain_seconds: How long a stopping worker may finish requests before it is killed.
        header_seconds: How long a client may take to send a request's head.
        log_level: debug, info, warning or error.
        otlp_endpoint: URL that takes traces by OTLP over HTTP; empty for none.
    """

    host: str = "127.0.0.1"
    port: int
    workers: int = 1
    drain_seconds: int = 20
    header_seconds: int = 10
    log_level: str = "info"
    otlp_endpoint: str = ""

    def __post_init__(self) -> None:
        """Refuse what no server can do."""
        if not 0 < self.port < 65536 or self.workers < 1:
            raise ValueError("the port must be 1 to 65535, and workers at least 1")
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
    server = Server(
        target,
        address=settings.host,
        port=settings.port,
        interface=interface,
        workers=settings.workers,
        websockets=False,
        http1_settings=HTTP1Settings(header_read_timeout=settings.header_seconds * 1000),
        log_dictconfig=logs.GRANIAN,
        respawn_failed_workers=True,
        workers_kill_timeout=settings.drain_seconds,
    )
    logs.get().info("listening", host=settings.host, port=settings.port, workers=settings.workers)
    server.serve()


def stop(error: Exception) -> NoReturn:
    """End the process because its settings are wrong."""
    sys.exit(f"error: {error}")
