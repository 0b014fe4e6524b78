"""Store the validated rows: load them as the raw files of the clone and push them to its DVC remote."""

import contextlib
from pathlib import Path

from plumbline.ingest import raw, version
from plumbline.ingest.extract import Extracted, load, staged
from plumbline.ingest.extract import Parameters as Extract
from plumbline.ingest.pipeline import environment
from plumbline.ingest.pipeline.work import Work, read
from plumbline.kernel import hashing, log, table
from plumbline.kernel.config import Extraction, settings
from plumbline.kernel.contract import Contract
from plumbline.kernel.errors import PlumblineError


def store(work: Work, parameters: Extract, rules: Contract) -> None:
    """Split the rows into the raw files, add them to DVC and push them; what the remote holds is not sent again.

    Git names the new version only later, so a reader of the repository never meets a version that the remote lacks.

    Raises:
        PlumblineError: An earlier step has not finished, or the remote refuses.
    """
    report = read(work.report, "validate")
    if not work.rows.exists() or hashing.digest(work.rows) != report["sha256"]:
        raise PlumblineError(f"{work.rows} is not what was validated: run the step `validate` again")
    if not work.clone.exists():
        raise PlumblineError(f"{work.clone} is not there: run the step `configure` in this work folder first")
    metadata = Extraction.model_validate(report["extraction"])
    rows = staged(list(metadata.columns), parameters, rules)
    for part in table.parts(work.rows, settings().part_rows):
        rows.add(part, raw.order(part[rules.identifier], rules))
    environment.use_endpoint()
    with contextlib.chdir(work.clone):
        for path in files(parameters):
            path.unlink(missing_ok=True)  # of an attempt before: the clone holds nothing but what a run put there
        load(Extracted(rows, metadata), parameters, rules, new_version=True)
        version.add(files(parameters))
        version.push(files(parameters))
    log.get("store").info("stored", files=[str(path) for path in files(parameters)])


def files(parameters: Extract) -> list[Path]:
    """The raw files, from the root of the clone."""
    return [parameters.training, parameters.evaluation]
