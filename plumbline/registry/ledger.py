"""The ledger: who judged, registered, promoted, deployed or rolled back which model, and when.

One JSON object a line. Each holds the hash of the one before and its own, so that no byte of a line can be changed and
no line be removed, added or moved without notice. A chain alone does not show that its end was cut off or that it was
written anew from some line on: therefore the model registry, another system with other rights, keeps the number and
the hash of the newest line (`Anchor`). One registry may remember several teams' ledgers: the identity of a ledger is
the hash of its first line. What is remembered of a model is also held against each ledger that tells of this model, so
that one without lines, or with other lines, does not pass for another team's.

The ledger lies beside the registry that it tells of and not in main. A promotion is not a commit of it: as one it would
move main and mark every clone that promotes as dirty, and a merge or a revert would rewrite history that happened.

Whoever appends decides by the lines that are there, and is refused if another was faster: then it reads and decides
anew (`Ledger.tell`). No lock is held meanwhile, so that none has to be taken from a machine that died.
"""

import datetime
import hashlib
import json
import random
import time
from collections.abc import Callable
from typing import Any, Literal, Protocol, Self

from pydantic import ValidationError, model_validator

from plumbline.kernel import text
from plumbline.kernel.config import Strict
from plumbline.kernel.errors import PlumblineError
from plumbline.registry.head import Head
from plumbline.registry.ledger_file import Keeper

Event = Literal[
    "judged",
    "registered",
    "promoted",
    "rolled-back",
    "hold-released",
    "deployed",
    "verified",
    "deployment-aborted",
]
_START = "0" * 64  # what the first line names as the hash before it
_ATTEMPTS = 30
_PAUSE = 0.2  # seconds at most before the second attempt, and as much more before each further one


class Fact(Strict):
    """What an entry says, before it has its place in the chain.

    Attributes:
        actor: `human:NAME` or `automation:NAME`.
        replaced: The version that was champion, or was deployed, until then.
        environment: Where to, for a deployment; an aborted one was taken back by the cluster itself.
        evaluation_md5: The evaluation set that a bundle was judged on. Ledgers of version 0.2.0 and before know nothing
            of it, so that it is written where there is one only.
        reason: Why; of `verified`, the images that the environment runs.
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
    evaluation_md5: str | None = None

    @model_validator(mode="after")
    def _writable(self) -> Self:
        for name, value in self:
            if isinstance(value, str):
                text.check(name, value)
        return self

    def content(self, *without: str) -> dict[str, Any]:
        """Give what is written of it, but for some fields."""
        absent = {"evaluation_md5"} if self.evaluation_md5 is None else set()
        return self.model_dump(exclude={*without, *absent})


class Entry(Fact):
    """A line of the ledger; `at` is in UTC, ISO 8601, to the millisecond."""

    number: int
    at: str
    previous: str
    sha256: str

    def line(self) -> bytes:
        """Give the one way to write this entry."""
        return _canonical(self.content()) + b"\n"

    def fault(self, number: int, previous: str) -> str | None:
        """Say why this cannot be entry `number` after the one with the hash `previous`; None if it can."""
        if self.sha256 != hashlib.sha256(_canonical(self.content("sha256"))).hexdigest():
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


class Ledger:
    """The ledger that tells of a model.

    Attributes:
        keeper: What keeps its lines, one entry each.
        model: The model whose entries belong in here, whether there are any or not.
    """

    def __init__(self, keeper: Keeper, anchor: Anchor, model: str) -> None:
        self.keeper, self.model = keeper, model
        self._anchor = anchor

    def entries(self) -> list[Entry]:
        """Read and verify all entries.

        Raises:
            PlumblineError: Names the ledger, the line and what is wrong with it.
        """
        return self._read()[1]

    def tell(self, decide: Callable[[list[Entry]], Fact | None]) -> Entry | None:
        """Add what is decided by the entries that are there, which it then follows; it is durable when this returns.

        Args:
            decide: Gives the fact, or None if there is nothing to tell; called again if another was faster.

        Raises:
            PlumblineError: The ledger as it stands does not verify, and nothing is added to it, or others are faster
                all the time.
        """
        for attempt in range(_ATTEMPTS):
            raw, before = self._read()
            fact = decide(before)
            if fact is None:
                return None
            entry = _after(before, fact)
            if self.keeper.append(raw, entry.line()):
                self._remember([*before, entry])
                return entry
            time.sleep(random.uniform(0, _PAUSE * (attempt + 1)))  # noqa: S311 - so that two do not keep step
        raise PlumblineError(f"others have written to {self.keeper.name} all the time: try again")

    def decided(self, decide: Callable[[list[Entry]], Fact]) -> Entry:
        """Add what is decided, which is never nothing; as `tell`."""
        entry = self.tell(decide)
        assert entry
        return entry

    def once(self, fact: Fact, *same: str) -> Entry | None:
        """Add an entry, unless one is there that says the same in these fields; as `tell`."""
        told = [getattr(fact, name) for name in same]

        def decide(entries: list[Entry]) -> Fact | None:
            known = any(told == [getattr(entry, name) for name in same] for entry in entries)
            return None if known else fact

        return self.tell(decide)

    def append(self, fact: Fact) -> Entry:
        """Add an entry, whatever is there; as `tell`."""
        return self.decided(lambda _: fact)

    def _remember(self, entries: list[Entry]) -> None:
        """Let the anchor know the newest entry; again if there is a newer one, which it may have known and now not."""
        newest = entries[-1]
        self._anchor.write(Head(newest.model, newest.number, newest.sha256, entries[0].sha256))
        now = [entry for entry in self._read()[1] if entry.model == newest.model]
        if now[-1] != newest:
            self._remember([entries[0], now[-1]])

    def _read(self) -> tuple[bytes, list[Entry]]:
        # First what is remembered: an entry is remembered after it was added, and others add at any time.
        anchored = self._anchor.read()
        raw = self.keeper.read()
        found: list[Entry] = []
        for number, line in enumerate(raw.splitlines(keepends=True), start=1):
            entry = self._parse(line, number)
            fault = entry.fault(number, found[-1].sha256 if found else _START)
            if fault:
                raise PlumblineError(f"{self.keeper.name}, line {number}: {fault}")
            found.append(entry)
        hashes, told = [entry.sha256 for entry in found], {self.model} | {entry.model for entry in found}
        for head in anchored:
            if head.model in told or head.ledger in hashes[:1]:
                head.check(self.keeper.name, hashes)
        return raw, found

    def _parse(self, line: bytes, number: int) -> Entry:
        try:
            entry = Entry.model_validate_json(line)
        except (ValidationError, ValueError):
            raise PlumblineError(
                f"{self.keeper.name}, line {number}: it is not an entry: it was edited or cut off"
            ) from None
        if entry.line() != line:
            raise PlumblineError(f"{self.keeper.name}, line {number}: it is not written as entries are: it was edited")
        return entry


def _after(before: list[Entry], fact: Fact) -> Entry:
    content = fact.content() | {
        "number": len(before) + 1,
        "at": datetime.datetime.now(datetime.UTC).isoformat(timespec="milliseconds"),
        "previous": before[-1].sha256 if before else _START,
    }
    return Entry(**content, sha256=hashlib.sha256(_canonical(content)).hexdigest())


def _canonical(content: dict[str, object]) -> bytes:
    return json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
