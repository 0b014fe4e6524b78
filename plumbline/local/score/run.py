"""Score all tables of a folder: one process a core, each file once, and what is finished stays finished."""

import os
import time
from collections.abc import Mapping
from concurrent.futures import FIRST_COMPLETED, Future, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import ExitStack
from typing import Any, NamedTuple

from rich.console import Console
from rich.progress import Progress

from plumbline.kernel import raylets
from plumbline.kernel.alone import alone
from plumbline.kernel.errors import PlumblineError
from plumbline.local.score import manifest
from plumbline.local.score.folders import Folder
from plumbline.local.score.pools import OnRay, Processes
from plumbline.local.score.process import File
from plumbline.local.score.workers import Workers

_LOOK = 0.2  # seconds between two looks at the progress


class Outcome(NamedTuple):
    """What a run has come to.

    Attributes:
        records: Of all files whose answers are there, by name.
        failed: Why each other file has none, by name.
        rows: That this run has scored; the others were there.
        seconds: That it took.
        signed: Whether the manifest is.
    """

    records: dict[str, dict[str, Any]]
    failed: dict[str, str]
    rows: int
    seconds: float
    signed: bool


def score(given: str, written: str, environment: Mapping[str, str], workers: int, stop: bool = False) -> Outcome:
    """Score the tables of a folder and of those in it, into files of the same names in another.

    Each file of answers comes as a whole, its record after it. What a killed run has left undone, the next one does;
    where a file's answers are there, made of the same bytes by the same bundle, it is not scored again.

    Args:
        given: A folder, or s3://BUCKET/PREFIX.
        written: Likewise.
        environment: The settings of the service: PREDICT_BUNDLE_URI and its like.
        workers: Processes, each with a scorer of its own: one a core if 0. On Ray, files that are asked for at once.
        stop: Whether the first file that cannot be scored ends the run.

    Raises:
        PlumblineError: One of the folders or the bundle cannot be used, a process was killed, no file could be scored,
            or, if that stops the run, one could not.
    """
    source, output = Folder(given), Folder(written)
    _refuse_one_in_the_other(source, output)
    names = _tables(source)
    with Workers(1, environment) as pool:
        model = pool.description["model"]
    with ExitStack() as stack:
        if output.path:
            stack.enter_context(alone(f"`plumb score` into {output.url}", output.path / ".lock"))
        scorers: Processes | OnRay
        if raylets.wanted():
            scorers = stack.enter_context(OnRay(workers, environment, output.url))
        else:
            processes = min(workers or os.cpu_count() or 1, len(names))
            scorers = stack.enter_context(Processes(processes, environment))
        manifest.claim(output, model)
        output.sweep()
        files = [File(source.url, output.url, name, model["bundle_sha256"]) for name in names]
        begin = time.monotonic()
        records, failed = _all(files, scorers, stop)
        seconds = time.monotonic() - begin
        output.sweep()  # of a machine that was lost
        if not records:
            raise PlumblineError(f"no file of {source.url} could be scored")
        return Outcome(records, failed, scorers.scored, seconds, manifest.write(output, records, failed))


def _refuse_one_in_the_other(source: Folder, output: Folder) -> None:
    one, other = (f"{folder.path.resolve() if folder.path else folder.url}/" for folder in (source, output))
    if one.startswith(other) or other.startswith(one):
        raise PlumblineError(f"{output.url} and {source.url} lie in one another: answers would be taken for inputs")


def _tables(source: Folder) -> list[str]:
    names = source.tables()
    if not names:
        raise PlumblineError(f"{source.url} holds no .csv, .tsv or .parquet file: there is nothing to score")
    for name in names:
        aside = File("", "", name, "").names[0]
        if aside in names:
            raise PlumblineError(f"{source.url}/{aside} has the name of what is rejected of {name}: rename one of them")
    return names


def _all(files: list[File], pool: Processes | OnRay, stop: bool) -> tuple[dict[str, dict[str, Any]], dict[str, str]]:
    console = Console(stderr=True)
    records: dict[str, dict[str, Any]] = {}
    failed: dict[str, str] = {}
    with Progress(console=console, transient=True) as progress:
        task, begin = progress.add_task("", total=len(files)), time.monotonic()
        waiting: dict[Future[dict[str, Any]], str] = {pool.submit(file): file.name for file in files}
        while waiting:
            done, _ = wait(waiting, _LOOK, FIRST_COMPLETED)
            for future in done:
                name = waiting.pop(future)
                try:
                    records[name] = future.result()
                except BrokenProcessPool:
                    raise PlumblineError(
                        "a process that scored was killed, perhaps for its memory: run the same command again, with"
                        " fewer --workers"
                    ) from None
                except PlumblineError as error:
                    if stop:
                        raise
                    failed[name] = str(error)
                    console.print(f"not scored: {error}", markup=False, highlight=False, soft_wrap=True)
            rate = pool.scored / (time.monotonic() - begin)
            said = f"{len(files) - len(waiting)} of {len(files)} files, {pool.scored:,} rows, {rate:,.0f} a second"
            progress.update(task, completed=len(files) - len(waiting), description=said)
    return {file.name: records[file.name] for file in files if file.name in records}, failed
