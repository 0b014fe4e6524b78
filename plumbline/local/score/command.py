"""`plumb score`: a table or a folder of them, and the check of a scored folder."""

import os
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import Progress

from plumbline.ingest.files import SUFFIXES
from plumbline.kernel import jsonfile
from plumbline.kernel.errors import PlumblineError
from plumbline.local import stack
from plumbline.local.score import manifest, rows, run, table
from plumbline.local.score.folders import Folder
from plumbline.local.score.workers import Workers


def score(given: str, output: Path, environment: Mapping[str, str], workers: int) -> dict[str, Any]:
    """Score the rows of a table; give the record that is written beside the output.

    Args:
        given: As `plumb adopt` takes it.
        output: A .csv, .tsv or .parquet file, which is replaced as a whole.
        environment: The settings of the service: PREDICT_BUNDLE_URI and its like.
        workers: Processes.

    Raises:
        PlumblineError: The table, the bundle or the output cannot be used.
    """
    if output.suffix not in SUFFIXES:
        raise PlumblineError(f"{output} ends in no .csv, .tsv or .parquet")
    with (
        rows.opened(given, table.CHUNK) as opened,
        Workers(workers, environment) as pool,
        Progress(console=Console(stderr=True), transient=True) as progress,
    ):
        begin, task = time.monotonic(), progress.add_task("rows scored", total=None)
        record = table.score(opened, output, pool, lambda count: progress.advance(task, count))
        seconds = time.monotonic() - begin
    record["input"]["table"] = given
    record["rows_per_second"] = round(record["input"]["rows"] / seconds)
    jsonfile.write(output.with_name(f"{output.name}.json"), record)
    return record


def main(source: str, output: str = "", /, *, workers: int = 0, stop: bool = False, verify: bool = False) -> int:
    """Score rows with the bundle released last, or that of PREDICT_BUNDLE_URI; the services' answers to the last bit.

    Args:
        source: A file or table as `plumb adopt` takes it, or a folder of files.
        output: A .csv, .tsv or .parquet file; for a folder another one. Rejected rows, with why, go beside it.
        workers: Processes; one for each core if not said. Where RAY_ADDRESS is set, files of a folder at once.
        stop: Whether the first file of a folder that cannot be scored ends the run; if not, the rest goes on.
        verify: Score nothing: check a folder of answers, SOURCE, against its signed manifest.

    Raises:
        PlumblineError: Nothing was released, the source or the output cannot be used, or a check fails.
    """
    if verify:
        checked = manifest.verify(Folder(source))
        print(f"{len(checked['files'])} files are as they were signed: {source}")  # noqa: T201
        return 0
    if not output:
        raise PlumblineError("name the file or the folder that the answers go to, behind the source")
    environment = stack.scoring()
    if Path(source).is_dir() or (source.startswith("s3:") and not source.endswith(SUFFIXES)):
        return _folder(run.score(source, output, environment, workers, stop), output)
    record = score(source, Path(output), environment, workers or os.cpu_count() or 1)
    print(f"{record['output']['rows']} rows scored, {record['rows_per_second']:,} a second: {output}")  # noqa: T201
    if record["rejected"]:
        print(f"{record['rejected']['rows']} rejected, each with why: {record['rejected']['file']}")  # noqa: T201
    return 0


def _folder(outcome: run.Outcome, output: str) -> int:
    total = sum(record["input"]["rows"] for record in outcome.records.values())
    rate = f"{outcome.rows:,} of them now, {outcome.rows / outcome.seconds:,.0f} a second"
    signed = "signed" if outcome.signed else "not signed, for want of a key (`plumb release keys`)"
    print(f"{len(outcome.records)} files, {total:,} rows, {rate}: {output}")  # noqa: T201
    print(f"{manifest.MANIFEST} is {signed}")  # noqa: T201
    refused = sum(record["rejected"]["rows"] for record in outcome.records.values() if record["rejected"])
    if refused:
        print(f"{refused:,} rows rejected, each with why, in files named *.rejected.*")  # noqa: T201
    if outcome.failed:
        count = len(outcome.failed) + len(outcome.records)
        raise PlumblineError(f"{len(outcome.failed)} of {count} files could not be scored, each named above with why")
    return 0
