"""One process at a time for what two terminals can start together."""

import fcntl
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from plumbline.kernel.errors import PlumblineError


@contextmanager
def alone(what: str, lock: Path, *, wait: bool = True) -> Iterator[None]:
    """Keep other processes out that do the same; the kernel lets them in when this one ends, however it ends.

    Args:
        what: Is done, as the user calls it.
        lock: A file, which is made and names the process that holds it.
        wait: Until the other process has ended, after a line that says so.

    Raises:
        PlumblineError: Another process is at it and there is no waiting, or the file cannot be written.
    """
    try:
        lock.parent.mkdir(parents=True, exist_ok=True)
        file = lock.open("a+", encoding="utf-8")
    except OSError as error:
        raise PlumblineError(f"{lock} cannot be written: {error.strerror}") from None
    with file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.seek(0)
            said = f"another {what} is running here (pid {file.read() or 'unknown'})"
            if not wait:
                raise PlumblineError(f"{said}: wait until it has ended") from None
            sys.stderr.write(f"{said}: waiting for it\n")
            fcntl.flock(file, fcntl.LOCK_EX)
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        yield
