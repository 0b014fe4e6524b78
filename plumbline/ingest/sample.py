"""Take one row of the warehouse that neither training nor evaluation has seen, as a request to the services."""

import json
from pathlib import Path

from plumbline.ingest.connections import connect
from plumbline.ingest.extract import Parameters as Extract
from plumbline.ingest.extract import extract
from plumbline.kernel import contract, jsonfile, log, table
from plumbline.kernel.config import Strict, section
from plumbline.kernel.errors import PlumblineError


class Parameters(Strict):
    """The section `sample` of data/params.yaml: parameters of the extraction's query that select later rows too."""

    parameters: dict[str, str | int | float]


def main(*, output: Path) -> None:
    """Take one row that training has not seen, with its actual value.

    Args:
        output: The file to write.

    Raises:
        PlumblineError: No row is left that is not in the raw files.
    """
    rules = contract.read(Path("data/contract.yaml"))
    known = section(Extract, Path("data/params.yaml"), "extract")
    wanted = known.model_copy(update=section(Parameters, Path("data/params.yaml"), "sample").model_dump())
    connection = connect(wanted.connection)
    try:
        frame = extract(connection, wanted, rules.identifier).frame
    finally:
        connection.close()
    seen = [table.read_text(path)[rules.identifier] for path in (known.training, known.evaluation)]
    fresh = frame[~frame[rules.identifier].astype(str).isin([*seen[0], *seen[1]])]
    if fresh.empty:
        raise PlumblineError("sample.parameters of data/params.yaml select no row that is not in the raw files")
    row = json.loads(fresh.iloc[0].to_json())
    target, identifier = row.pop(rules.target.name), row.pop(rules.identifier)
    content = {"identifier": {rules.identifier: identifier}, "input": row, "actual": target}
    jsonfile.write(output, content)
    log.get("sample").info("taken", output=str(output), **content["identifier"])
