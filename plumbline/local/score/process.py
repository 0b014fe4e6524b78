"""One process of those that score a folder: it takes a file at a time, and leaves alone what is finished."""

import json
import os
import signal
import threading
from collections.abc import Mapping
from multiprocessing import Value, connection, parent_process, util
from multiprocessing.sharedctypes import Synchronized
from pathlib import Path
from typing import Any

import msgspec

from plumbline.kernel import hashing, jsonfile
from plumbline.kernel.errors import PlumblineError
from plumbline.local.score import rows, table
from plumbline.local.score.folders import Folder
from plumbline.local.score.workers import Workers


class File(msgspec.Struct, frozen=True):
    """A file that is to be scored.

    Attributes:
        source: The folder that it lies in, or its URL.
        output: The folder of its answers.
        name: Of the file in the one and in the other.
        bundle: sha256 of the bundle that scores it.
    """

    source: str
    output: str
    name: str
    bundle: str

    @property
    def names(self) -> tuple[str, str, str]:
        """What is written for it, in this order: the rows that are refused, the answers, and the record of both."""
        return str(table.rejected(Path(self.name))), self.name, f"{self.name}.json"


class _Here:
    """What this process keeps between files."""

    environment: Mapping[str, str]
    scored: "Synchronized[int]"
    pool: Workers | None = None


def start(environment: Mapping[str, str], scored: "Synchronized[int]") -> None:
    """Prepare this process, which ends with the one that started it, however that ends.

    Args:
        environment: The settings of the service.
        scored: Counts the rows that all processes have scored.
    """
    _Here.environment, _Here.scored = environment, scored
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # who interrupts all of them wants one answer
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    parent = parent_process()
    assert parent
    connection.wait([parent.sentinel])
    os._exit(1)


def score(file: File) -> dict[str, Any]:
    """Score a file, unless its answers are there: by the same bundle, of the same bytes.

    Returns:
        The record that lies beside the answers.

    Raises:
        PlumblineError: The file or its place cannot be used; the message names it.
    """
    try:
        source, output = Folder(file.source), Folder(file.output)
        return _finished(file, source, output) or _scored(file, source, output)
    except (PlumblineError, OSError) as error:
        said = getattr(error, "strerror", None) or str(error)
        raise PlumblineError(said if file.name in said else f"{file.name}: {said}") from None


def score_alone(environment: Mapping[str, str], file: File) -> tuple[dict[str, Any], int]:
    """Score a file in a process that nobody has prepared, as a raylet starts it.

    Returns:
        What `score` gives, and how many rows had to be scored for it.

    Raises:
        PlumblineError: As `score`.
    """
    _Here.environment, _Here.scored = environment, Value("q", 0)
    return score(file), _Here.scored.value


def _finished(file: File, source: Folder, output: Folder) -> dict[str, Any] | None:
    record = _record(output.read(file.names[2]))
    if record is None or record["model"]["bundle_sha256"] != file.bundle:
        return None
    for name, written in zip(file.names, (record["rejected"], record["output"]), strict=False):
        there = output.about(name)
        if written and (there is None or there["size"] != written["bytes"]):
            return None
    tag = (source.about(file.name) or {}).get("tag")
    if tag is not None:
        return record if record["input"]["tag"] == tag else None
    with source.fetched(file.name) as given:
        return record if record["input"]["sha256"] == hashing.digest(given) else None


def _record(content: bytes | None) -> dict[str, Any] | None:
    try:
        found: dict[str, Any] | None = json.loads(content) if content else None
    except ValueError:
        return None
    return found


def _scored(file: File, source: Folder, output: Folder) -> dict[str, Any]:
    tag = (source.about(file.name) or {}).get("tag")
    with source.fetched(file.name) as given, output.written(*file.names) as (_, answers, beside):
        sha256, before = hashing.digest(given), given.stat()
        with rows.opened_file(given, file.name, table.CHUNK) as opened:
            record = table.score(opened, answers, _pool(), _advance)
        if (given.stat().st_mtime_ns, given.stat().st_size) != (before.st_mtime_ns, before.st_size):
            raise PlumblineError(f"{file.name} was changed while it was scored: run the same command again")
        record["input"] |= {"file": file.name, "sha256": sha256, "tag": tag}
        jsonfile.write(beside, record)
    return record


def _pool() -> Workers:
    """Give the scorer of this process, anew if the last one ended."""
    if _Here.pool is None or not _Here.pool.alive:
        _Here.pool = Workers(1, _Here.environment).__enter__()
        util.Finalize(None, _Here.pool.__exit__, (None, None, None), exitpriority=1)
    return _Here.pool


def _advance(count: int) -> None:
    with _Here.scored.get_lock():
        _Here.scored.value += count
