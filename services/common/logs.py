"""Structured logs: one JSON object a line on standard error.

No line holds what a request brought: of an exception, its type and where it was raised are logged, neither its message,
which may quote the request, nor the frames' variables, which hold its body and its key.
"""

import logging
import sys
from contextlib import suppress
from typing import Any

import msgspec
import structlog
from structlog.tracebacks import ExceptionDictTransformer

GRANIAN: dict[str, Any] = {  # the server's own lines go through the root logger too
    "version": 1,
    "disable_existing_loggers": False,
    "loggers": {"_granian": {"propagate": True, "handlers": []}},
}


def configure(service: str, level: str = "info") -> None:
    """Send the logs of this process, those of libraries too, to standard error.

    Args:
        service: The name that each line carries.
        level: The lowest level that is logged.
    """
    number = logging.getLevelNamesMapping()[level.upper()]

    def add_service(_logger: object, _method: str, event: structlog.typing.EventDict) -> Any:
        event["service"] = service
        return event

    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        add_service,
        structlog.processors.ExceptionRenderer(_failure),
    ]
    structlog.configure(
        processors=[*shared, structlog.processors.JSONRenderer(_dumps)],
        wrapper_class=structlog.make_filtering_bound_logger(number),
        logger_factory=structlog.WriteLoggerFactory(_Output()),  # type: ignore[arg-type]
        cache_logger_on_first_use=True,
    )
    formatter = structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=[*shared, _first_line],
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            structlog.processors.JSONRenderer(_dumps),
        ],
    )
    handler = logging.StreamHandler(_Output())
    handler.setFormatter(formatter)
    logging.basicConfig(handlers=[handler], level=max(number, logging.INFO), force=True)


_stacks = ExceptionDictTransformer(show_locals=False, use_rich=False)


def _failure(exc_info: structlog.typing.ExcInfo) -> list[dict[str, Any]]:
    """Say what was raised and where, the last exception of a chain first."""
    return [{"exc_type": stack["exc_type"], "frames": stack["frames"]} for stack in _stacks(exc_info)]


def _first_line(_logger: object, _method: str, event: structlog.typing.EventDict) -> structlog.typing.EventDict:
    """Cut what libraries write below their message: tracebacks, and the repr of a task with its exception."""
    event["event"] = str(event["event"]).partition("\n")[0]
    return event


class _Output:
    """Standard error, except that a full disk behind it stops nobody's work."""

    def write(self, text: str) -> None:
        with suppress(OSError):
            sys.stderr.write(text)

    def flush(self) -> None:
        with suppress(OSError):
            sys.stderr.flush()


def get() -> structlog.typing.FilteringBoundLogger:
    """Give the logger."""
    logger: structlog.typing.FilteringBoundLogger = structlog.get_logger()
    return logger


def _dumps(event: object, **_: object) -> str:
    return msgspec.json.encode(event, enc_hook=str).decode()
