"""Where a ledger's lines are kept: in a file, to which one process at a time appends."""

import os
from pathlib import Path
from typing import Protocol

import filelock

from plumbline.kernel.errors import PlumblineError


class Keeper(Protocol):
    """What keeps the lines; nobody appends to others than those that they have read."""

    @property
    def name(self) -> str:
        """Say where they are, for messages."""

    def read(self) -> bytes:
        """Give all lines; nothing if there is none yet."""

    def append(self, before: bytes, line: bytes) -> bool:
        """Append a line, which is durable when this returns; tell whether it was, as `before` was still all there is.

        Args:
            before: All lines, as they were read.
            line: With its end.
        """


class LedgerFile:
    """A file on this machine, or on a volume whose locks hold for all who mount it."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self.path = path
        # The operating system lets go of it when the process ends, however it ends.
        self._lock = filelock.FileLock(f"{path}.lock", timeout=60)

    @property
    def name(self) -> str:
        """Give its path."""
        return str(self.path)

    def read(self) -> bytes:
        """Give the file's content."""
        return self.path.read_bytes() if self.path.exists() else b""

    def append(self, before: bytes, line: bytes) -> bool:
        """Append a line unless the file has changed.

        Raises:
            PlumblineError: Another process has been writing for a minute already.
        """
        try:
            with self._lock:
                if self.read() != before:
                    return False
                with self.path.open("ab") as file:
                    file.write(line)
                    file.flush()
                    os.fsync(file.fileno())
                return True
        except filelock.Timeout:
            raise PlumblineError(f"another process has held {self._lock.lock_file} for a minute: try again") from None
