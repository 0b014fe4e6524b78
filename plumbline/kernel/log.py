"""One structured logger for every stage: human lines on a terminal, one JSON object a line elsewhere."""

import logging
import sys

import structlog

from plumbline.kernel import config


def configure(level: str | None = None) -> None:
    """Send the logs of this process to standard error.

    Args:
        level: A level's name; the setting `PLUMBLINE_LOG_LEVEL` by default.

    Raises:
        PlumblineError: A setting in the environment is unknown or wrong.
    """
    number = logging.getLevelNamesMapping()[(level or config.settings().log_level).upper()]
    logging.getLogger("mlflow").setLevel(logging.WARNING)
    human = sys.stderr.isatty()
    processors: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="%H:%M:%S" if human else "iso", utc=not human),
    ]
    if human:
        processors.append(structlog.dev.ConsoleRenderer())
    else:
        processors += [structlog.processors.dict_tracebacks, structlog.processors.JSONRenderer()]
    structlog.configure(
        processors=processors,
        wrapper_class=structlog.make_filtering_bound_logger(number),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )


def get(name: str) -> structlog.typing.FilteringBoundLogger:
    """Give the logger of the stage `name`."""
    logger: structlog.typing.FilteringBoundLogger = structlog.get_logger(stage=name)
    return logger
