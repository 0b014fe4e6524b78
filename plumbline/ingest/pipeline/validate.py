"""Validate the fetched data set against the contract; refuse it as a whole if a rule is broken."""

from contextlib import closing
from dataclasses import asdict
from typing import Any

from plumbline.ingest.connections import open_file
from plumbline.ingest.extract import Extracted, extract
from plumbline.ingest.extract import Parameters as Extract
from plumbline.ingest.pipeline import quarantine
from plumbline.ingest.pipeline.work import Work, read
from plumbline.kernel import hashing, jsonfile, log, validation
from plumbline.kernel.contract import Contract
from plumbline.kernel.errors import PlumblineError


def validate(work: Work, parameters: Extract, rules: Contract) -> None:
    """Write the rows in the contract's columns, in the order of the source, and the report of their validation.

    The data set is the table that the query of data/params.yaml reads. One that the query cannot read, but that has
    the contract's identifier and target, is taken as it is: the lines of the report are then its own.

    Raises:
        quarantine.RefusedError: The file is no table, neither way reads it, or a row violates the contract.
    """
    fetched = read(work.fetched, "fetch")
    for old in (work.report, work.rows):
        old.unlink(missing_ok=True)
    try:
        extracted = _rows(work, fetched, parameters, rules)
        extracted.rows.write(work.rows, order="rowid")
    except PlumblineError as error:
        quarantine.refuse(work, fetched, [{"rule": str(error)}], str(error))
    rows, found = validation.validate([work.rows], rules)
    try:
        validation.refuse(found)
    except PlumblineError as error:
        cases = [asdict(item) | {"file": work.rows.name} for item in found]
        quarantine.refuse(work, fetched, cases, str(error))
    report = {
        "source": fetched,
        "rows": rows[work.rows.as_posix()],
        "sha256": hashing.digest(work.rows),
        "extraction": extracted.metadata.model_dump(mode="json"),
    }
    jsonfile.write(work.report, report)
    log.get("validate").info("valid", rows=report["rows"], sha256=report["sha256"])


def _rows(work: Work, fetched: dict[str, Any], parameters: Extract, rules: Contract) -> Extracted:
    file = work.dataset / fetched["file"]
    with closing(open_file(file, parameters.table, fetched["url"])) as connection:
        try:
            return extract(connection, parameters, rules)
        except PlumblineError:
            query = f'select * from "{parameters.table}"'  # noqa: S608
            if not {rules.identifier, rules.target.name} <= set(connection.query(f"{query} limit 0", {})[0]):
                raise
        return extract(connection, parameters.model_copy(update={"query": query, "parameters": {}}), rules)
