"""The environment that makes the same commit give the same bytes, set by the project and not by a shell."""

import os
import sys
from pathlib import Path

_FILE = Path(__file__).with_name("runtime.env")
_LOOPBACK = ("localhost", "127.0.0.1")


def pinned() -> dict[str, str]:
    """Give the variables of `runtime.env` and their values."""
    lines = [line for line in _FILE.read_text().splitlines() if line and not line.startswith("#")]
    return dict(line.split("=", 1) for line in lines)


def reach_loopback() -> None:
    """Let this process, and all that it starts, call this machine without the proxy of the user's environment."""
    for name in ("no_proxy", "NO_PROXY"):
        hosts = [host for host in os.environ.get(name, "").split(",") if host]
        os.environ[name] = ",".join(dict.fromkeys([*hosts, *_LOOPBACK]))


def pin() -> None:
    """Start this process again under the pinned variables unless it already runs under them.

    BLAS and OpenMP read their settings when they are loaded and Python reads the hash seed when it starts, so an
    assignment later in the process comes too late. Under `make` the variables are there from the start. A script calls
    this before its imports, all of which a new start would do twice.
    """
    reach_loopback()
    values = pinned()
    if any(os.environ.get(name) != value for name, value in values.items()):
        os.environ.update(values)
        sys.stdout.flush()
        os.execv(sys.executable, [sys.executable, *sys.orig_argv[1:]])  # noqa: S606 - the same program
