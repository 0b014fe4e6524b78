"""The check of a raw table against the contract, which reports every violation."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import pandera.pandas as pa
from numpy.typing import NDArray
from pandera.errors import SchemaErrors

from plumbline.kernel import moments, table
from plumbline.kernel.column import LONGEST_LABEL, Column
from plumbline.kernel.config import settings
from plumbline.kernel.contract import Contract
from plumbline.kernel.errors import PlumblineError

_SHOWN = 50  # violations in the message; the report holds all of them
_LABELS = 30  # that a violation lists
_HEADER = ("column_in_schema", "column_in_dataframe")  # pandera's words for a column too many, and one too few
_NUMBERS = {"integer": r"-?\d+", "number": r"-?\d+(\.\d+)?([eE][+-]?\d+)?"}
_KINDS = {
    "integer": "a whole number",
    "number": "a number",
    "date": "a date of the form 2026-01-31",
    "timestamp": "a timestamp of the form 2026-01-31T12:00:00Z",
}


@dataclass(frozen=True)
class Violation:
    """A cell, a column or a file that breaks a rule; `line` counts from 1 with the header as line 1."""

    file: str
    line: int | None
    identifier: str | None
    column: str | None
    value: str | None
    rule: str

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}" if self.line else self.file
        row = f" ({self.identifier})" if self.identifier else ""
        cell = f" column {self.column} = {self.value!r}" if self.column else ""
        return f"{place}{row}{cell}: {self.rule}"


def schema(rules: Contract) -> pa.DataFrameSchema:
    """Derive the pandera schema of rows of a raw table, every cell of which is text, from the contract."""
    columns = {name: _schema_of(column) for name, column in rules.columns.items()}
    columns[rules.target.name] = _schema_of(rules.target)
    whole = pa.Check(lambda cells: cells.str.fullmatch(_NUMBERS["integer"]), error="must be a whole number")
    form = [whole] if rules.identifier_type == "integer" else []
    columns[rules.identifier] = pa.Column(str, form)
    return pa.DataFrameSchema(columns, strict=True)


def _schema_of(column: Column) -> pa.Column:
    if column.type == "category":
        return pa.Column(str, [_label_check(column)], nullable=column.optional)
    if column.type == "boolean":
        boolean = pa.Check.isin(("true", "false"), error="must be true or false")
        return pa.Column(str, [boolean], nullable=column.optional)

    lowest, highest = column.least, column.most

    def is_of_kind(cells: "pd.Series[str]") -> "pd.Series[bool]":
        if column.type in moments.PATTERNS:
            return pd.Series(~np.isnan(moments.numbers(cells, column.type)), index=cells.index, dtype=bool)
        return cells.str.fullmatch(_NUMBERS[column.type]).astype(bool)

    def is_in_range(cells: "pd.Series[str]") -> "pd.Series[bool]":
        if column.type in moments.PATTERNS:
            numbers = pd.Series(moments.numbers(cells, column.type), index=cells.index)
        else:
            numbers = pd.to_numeric(cells, errors="coerce").astype("float64")
        return (numbers.between(lowest, highest) | numbers.isna()).astype(bool)

    bounds = (column.minimum, column.maximum) if column.type in moments.PATTERNS else (f"{lowest:g}", f"{highest:g}")
    unit = f" {column.unit}" if column.unit else ""
    checks = [
        pa.Check(is_of_kind, error=f"must be {_KINDS[column.type]}"),
        pa.Check(is_in_range, error=f"must be from {bounds[0]} to {bounds[1]}{unit}"),
    ]
    return pa.Column(str, checks, nullable=column.optional)


def _label_check(column: Column) -> pa.Check:
    if column.open:
        return pa.Check.str_length(1, LONGEST_LABEL, error=f"must have at most {LONGEST_LABEL} characters")
    shown, more = column.categories[:_LABELS], len(column.categories) - _LABELS
    rule = f"must be one of {', '.join(shown)}" + (f" and {more} more" if more > 0 else "")
    return pa.Check.isin(column.categories, error=rule)


def violations(frame: pd.DataFrame, rules: Contract, file: str) -> list[Violation]:
    """Check a raw table that is in memory and give every violation, in the order of the file's lines."""
    return _ordered([*_of_rows(frame, schema(rules), rules, file), *_repeated(frame, rules, file)])


def _of_rows(part: pd.DataFrame, checks: pa.DataFrameSchema, rules: Contract, file: str) -> list[Violation]:
    cells = part.astype(object).mask(part == "", None)
    try:
        checks.validate(cells, lazy=True)
    except SchemaErrors as errors:
        cases = errors.failure_cases.to_dict("records")
        told = [
            case for case in cases if str(case["check"]) in _HEADER or len(cells)
        ]  # a table without rows has no type
        return [_violation(case, cells, rules, file) for case in told]
    return []


def _repeated(frame: pd.DataFrame, rules: Contract, file: str) -> list[Violation]:
    if rules.identifier not in frame:
        return []
    cells = frame[rules.identifier].fillna("")
    twice = cells[cells.duplicated(keep=False)]
    return [
        Violation(file, _line(index), f"{rules.identifier} {value or None}", rules.identifier, value, "must be unique")
        for index, value in twice.items()
    ]


def _ordered(found: list[Violation]) -> list[Violation]:
    return sorted(set(found), key=lambda item: (item.line or 0, str(item.column), item.rule))


def _violation(case: dict[str, object], cells: pd.DataFrame, rules: Contract, file: str) -> Violation:
    rule = str(case["check"])
    if rule in _HEADER:
        known = rule == "column_in_dataframe"
        rule = "is required and missing" if known else "is not in the contract"
        return Violation(file, None, None, str(case["failure_case"]), "(column)", rule)
    rule = "must not be empty" if rule == "not_nullable" else rule
    line = _line(case["index"])
    identifier = f"{rules.identifier} {cells[rules.identifier].loc[line - 2]}" if rules.identifier in cells else None
    value = "" if pd.isna(case["failure_case"]) else str(case["failure_case"])  # type: ignore[call-overload]
    return Violation(file, line, identifier, str(case["column"]), value, rule)


def _line(index: object) -> int:
    return int(str(index)) + 2  # the header is line 1


def validate(paths: list[Path], rules: Contract) -> tuple[dict[str, int], list[Violation]]:
    """Check each file a part at a time, and that no identifier stands in two of them.

    Returns:
        The number of rows of each file, and every violation.

    Raises:
        PlumblineError: A file is absent or is no table.
    """
    checks, size = schema(rules), settings().part_rows
    rows: dict[str, int] = {}
    of_files: list[list[Violation]] = []
    hashes: list[NDArray[np.uint64]] = []
    for path in paths:
        file = path.as_posix()
        rows[file], of_file = 0, list[Violation]()
        for part in table.parts(path, size):
            found = _of_rows(part, checks, rules, file)
            of_file += [item for item in found if item.line or not rows[file]]  # each part has the same header
            rows[file] += len(part)
            hashes.append(_hashes(part, rules))
        of_files.append(of_file)
    again = _suspects(paths, rules, np.concatenate(hashes) if hashes else np.array([], np.uint64), size)
    owners: dict[str, str] = {}
    every: list[Violation] = []
    for path, of_file, suspects in zip(paths, of_files, again, strict=True):
        file = path.as_posix()
        every += _ordered([*of_file, *_repeated(suspects, rules, file)])
        for index, identifier in suspects.get(rules.identifier, pd.Series(dtype=str)).items():
            owner = owners.setdefault(identifier, file)
            if owner != file:
                rule = f"stands in {owner} too: training and evaluation must not share a row"
                every.append(Violation(file, _line(index), None, rules.identifier, identifier, rule))
    return rows, every


def _hashes(part: pd.DataFrame, rules: Contract) -> NDArray[np.uint64]:
    """Give a number for each identifier, the same for the same one; they take eight bytes a row, and no rows do."""
    cells = part.get(rules.identifier, pd.Series(dtype=str)).to_numpy(dtype=object)
    return pd.util.hash_array(cells, categorize=False)


def _suspects(paths: list[Path], rules: Contract, hashes: NDArray[np.uint64], size: int) -> list[pd.DataFrame]:
    """Read anew, of each file, the identifiers whose number stands for another row, too."""
    hashes.sort()
    twice = np.unique(hashes[1:][hashes[1:] == hashes[:-1]])
    if not len(twice):
        return [pd.DataFrame() for _ in paths]
    wanted = [rules.identifier]
    return [
        pd.concat([part[np.isin(_hashes(part, rules), twice)] for part in table.parts(path, size, wanted)])
        for path in paths
    ]


def refuse(found: list[Violation]) -> None:
    """Raise a PlumblineError that lists the violations, if there are any."""
    if not found:
        return
    lines = [f"{len(found)} violations of the contract:", *(f"  {item}" for item in found[:_SHOWN])]
    if len(found) > _SHOWN:
        lines.append(f"  … and {len(found) - _SHOWN} more")
    lines.append("Mend the data at its source, or change data/contract.yaml if the rule is wrong.")
    raise PlumblineError("\n".join(lines))
