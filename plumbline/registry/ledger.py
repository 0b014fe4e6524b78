"""The ledger: who registered, promoted, deployed or rolled back which model, and when.

One JSON object a line. Each holds the hash of the one before and its own, so that no byte of a line can be changed and
no line be removed, added or moved without notice. A chain alone does not show that its end was cut off or that it was
written anew from some line on: therefore the model registry, another system with other rights, keeps the number and
the hash of the newest line (`Anchor`). One registry may remember several teams' ledgers: the identity of a ledger is
the hash of its first line. What is remembered of a model is also held against each ledger that tells of this model, so
that one without lines, or with other lines, does not pass for another team's.

The ledger lies beside the registry that it tells of and not in git. A promotion is not a commit: as one it would move
main and mark every clone that promotes as dirty, two promotions would collide, and a merge or a revert would rewrite
history that happened. `PLUMBLINE_LEDGER` names another file, on a volume that machines share, say.
"""

import datetime
import hashlib
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal, Protocol, Self

import filelock
from pydantic import ValidationError, model_validator

from plumbline.kernel import text
from plumbline.kernel.config import Strict, settings
from plumbline.kernel.errors import PlumblineError
from plumbline.registry.head import Head

Event = Literal["registered", "promoted", "rolled-back", "hold-released", "deployed", "deployment-aborted"]
_START = "0" * 64  # what the first line names as the hash before it


class Fact(Strict):
    """What an entry says, before it has its place in the chain.

    Attributes:
        actor: `human:NAME` or `automation:NAME`.
        replaced: The version that was champion, or was deployed, until then.
        environment: Where to, for a deployment; an aborted one was taken back by the cluster itself.
    """

    event: Event
    actor: str
    model: str
    version: str | None = None
    replaced: str | None = None
    bundle_sha256: str | None = None
    git_commit: str | None = None
    dvc_lock_sha256: str | None = None
    environment: str | None = None
    reason: str | None = None

    @model_validator(mode="after")
    def _writable(self) -> Self:
        for name, value in self:
            if isinstance(value, str):
                text.check(name, value)
        return self


class Entry(Fact):
    """A line of the ledger; `at` is in UTC, ISO 8601, to the millisecond."""

    number: int
    at: str
    previous: str
    sha256: str

    def line(self) -> bytes:
        """Give the one way to write this entry."""
        return _canonical(self.model_dump()) + b"\n"

    def fault(self, number: int, previous: str) -> str | None:
        """Say why this cannot be entry `number` after the one with the hash `previous`; None if it can."""
        content = self.model_dump(exclude={"sha256"})
        if self.sha256 != hashlib.sha256(_canonical(content)).hexdigest():
            return "its content is not what its hash says: it was edited"
        if self.number != number or self.previous != previous:
            return f"it does not follow line {number - 1}: a line was removed, added, moved or replaced"
        return None


class Anchor(Protocol):
    """Where the newest entries of ledgers are remembered outside their files."""

    def read(self) -> list[Head]:
        """Give what is remembered, of whichever ledger."""

    def write(self, head: Head) -> None:
        """Remember the newest entry of its model."""


def path() -> Path:
    """Name the ledger's file."""
    return Path(settings().ledger or ".plumbline/ledger.jsonl")


class Ledger:
    """A ledger in a file.

    Attributes:
        file: One entry a line.
        model: The model whose entries belong in here, whether there are any or not.
    """

    def __init__(self, file: Path, anchor: Anchor, model: str) -> None:
        file.parent.mkdir(parents=True, exist_ok=True)
        self.file, self.model = file, model
        self._anchor = anchor
        # The operating system lets go of it when the process ends, however it ends.
        self._lock = filelock.FileLock(f"{file}.lock", timeout=60)

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Keep other processes from appending: for whoever must read, act and then append.

        Raises:
            PlumblineError: Another process is at it for a minute already.
        """
        try:
            self._lock.acquire()
        except filelock.Timeout:
            raise PlumblineError(f"another process has held {self._lock.lock_file} for a minute: try again") from None
        try:
            yield
        finally:
            self._lock.release()

    def entries(self) -> list[Entry]:
        """Read and verify all entries.

        Raises:
            PlumblineError: Names the file, the line and what is wrong with it.
        """
        with self.locked():
            raw = self.file.read_bytes() if self.file.exists() else b""
            anchored = self._anchor.read()
        found: list[Entry] = []
        for number, line in enumerate(raw.splitlines(keepends=True), start=1):
            entry = self._parse(line, number)
            fault = entry.fault(number, found[-1].sha256 if found else _START)
            if fault:
                raise PlumblineError(f"{self.file}, line {number}: {fault}")
            found.append(entry)
        hashes, told = [entry.sha256 for entry in found], {self.model} | {entry.model for entry in found}
        for head in anchored:
            if head.model in told or head.ledger in hashes[:1]:
                head.check(self.file, hashes)
        return found

    def _parse(self, line: bytes, number: int) -> Entry:
        try:
            entry = Entry.model_validate_json(line)
        except (ValidationError, ValueError):
            raise PlumblineError(f"{self.file}, line {number}: it is not an entry: it was edited or cut off") from None
        if entry.line() != line:
            raise PlumblineError(f"{self.file}, line {number}: it is not written as entries are: it was edited")
        return entry

    def append(self, fact: Fact) -> Entry:
        """Add an entry, which is on the disk when this returns.

        Raises:
            PlumblineError: The ledger as it stands does not verify: nothing is added to it.
        """
        with self.locked():
            before = self.entries()
            content = fact.model_dump() | {
                "number": len(before) + 1,
                "at": datetime.datetime.now(datetime.UTC).isoformat(timespec="milliseconds"),
                "previous": before[-1].sha256 if before else _START,
            }
            entry = Entry(**content, sha256=hashlib.sha256(_canonical(content)).hexdigest())
            with self.file.open("ab") as file:
                file.write(entry.line())
                file.flush()
                os.fsync(file.fileno())
            first = before[0] if before else entry
            self._anchor.write(Head(entry.model, entry.number, entry.sha256, first.sha256))
        return entry


def _canonical(content: dict[str, object]) -> bytes:
    return json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
