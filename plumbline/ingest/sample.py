"""Take one row of the warehouse that neither training nor evaluation has seen, as a request to the services."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

from plumbline.ingest.connections import connect
from plumbline.ingest.extract import Parameters as Extract
from plumbline.ingest.extract import extract
from plumbline.kernel import contract, jsonfile, log, table
from plumbline.kernel.column import Kind
from plumbline.kernel.config import Strict, section
from plumbline.kernel.contract import Contract
from plumbline.kernel.errors import PlumblineError


class Parameters(Strict):
    """The section `sample` of data/params.yaml: parameters of the extraction's query that select later rows too."""

    parameters: dict[str, str | int | float]


def request(row: Mapping[Any, str], rules: Contract) -> dict[str, Any]:
    """Give a row of text as a request: its identifier, the input in JSON's types, and the actual value."""
    kinds: dict[str, Kind] = {name: column.type for name, column in rules.columns.items()}
    return {
        "identifier": {rules.identifier: _value(row[rules.identifier], rules.identifier_type)},
        "input": {name: _value(row[name], kind) for name, kind in kinds.items()},
        "actual": _value(row[rules.target.name], rules.target.type),
    }


def _value(cell: str, kind: Kind | Literal["string"]) -> object:
    if not cell:
        return None
    if kind == "integer":
        return int(cell)
    if kind == "number":
        return float(cell)
    return cell == "true" if kind == "boolean" else cell


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
        frame = extract(connection, wanted, rules).rows.frame()
    finally:
        connection.close()
    seen = [table.read_text(path)[rules.identifier] for path in (known.training, known.evaluation)]
    fresh = frame[~frame[rules.identifier].isin([*seen[0], *seen[1]])]
    if fresh.empty:
        raise PlumblineError("sample.parameters of data/params.yaml select no row that is not in the raw files")
    content = request(fresh.iloc[0].to_dict(), rules)
    jsonfile.write(output, content)
    log.get("sample").info("taken", output=str(output), **content["identifier"])
