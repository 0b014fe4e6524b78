"""Take one row of the warehouse that neither training nor evaluation has seen, as a request to the services."""

import argparse
import json
from pathlib import Path

from plumbline.ingest.connections import connect
from plumbline.ingest.extract import Parameters as Extract
from plumbline.ingest.extract import extract
from plumbline.kernel import contract, jsonfile, log, stage, table
from plumbline.kernel.config import Strict, section
from plumbline.kernel.errors import PlumblineError


class Parameters(Strict):
    """The section `sample` of data/params.yaml: parameters of the extraction's query that select later rows too."""

    parameters: dict[str, str | int | float]


def main() -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--params", type=Path, default=Path("data/params.yaml"))
    parser.add_argument("--contract", type=Path, default=Path("data/contract.yaml"))
    parser.add_argument("--output", type=Path, required=True)
    arguments = parser.parse_args()
    rules = contract.read(arguments.contract)
    known = section(Extract, arguments.params, "extract")
    wanted = known.model_copy(update=section(Parameters, arguments.params, "sample").model_dump())
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
    jsonfile.write(arguments.output, content)
    log.get("sample").info("taken", output=str(arguments.output), **content["identifier"])


if __name__ == "__main__":
    stage.run(main)
