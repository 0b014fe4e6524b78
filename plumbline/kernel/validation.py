"""The check of a raw table against the contract, which reports every violation."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import pandera.pandas as pa
from pandera.errors import SchemaErrors

from plumbline.kernel import moments, table
from plumbline.kernel.column import LONGEST_LABEL, Column
from plumbline.kernel.contract import Contract
from plumbline.kernel.errors import PlumblineError

_SHOWN = 50  # violations in the message; the report holds all of them
_LABELS = 30  # that a violation lists
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
    """Derive the pandera schema of a raw table, every cell of which is text, from the contract."""
    columns = {name: _schema_of(column) for name, column in rules.columns.items()}
    columns[rules.target.name] = _schema_of(rules.target)
    whole = pa.Check(lambda cells: cells.str.fullmatch(_NUMBERS["integer"]), error="must be a whole number")
    form = [whole] if rules.identifier_type == "integer" else []
    columns[rules.identifier] = pa.Column(str, form, unique=True, report_duplicates="all")
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
    """Check a raw table and give every violation, in the order of the file's lines."""
    cells = frame.astype(object).mask(frame == "", None)
    try:
        schema(rules).validate(cells, lazy=True)
    except SchemaErrors as errors:
        found = [_violation(case, cells, rules, file) for case in errors.failure_cases.to_dict("records")]
        return sorted(set(found), key=lambda item: (item.line or 0, str(item.column), item.rule))
    return []


def _violation(case: dict[str, object], cells: pd.DataFrame, rules: Contract, file: str) -> Violation:
    rule = str(case["check"])
    if rule in ("column_in_schema", "column_in_dataframe"):
        known = rule == "column_in_dataframe"
        rule = "is required and missing" if known else "is not in the contract"
        return Violation(file, None, None, str(case["failure_case"]), "(column)", rule)
    rule = {"not_nullable": "must not be empty", "field_uniqueness": "must be unique"}.get(rule, rule)
    index = int(str(case["index"]))
    identifier = f"{rules.identifier} {cells[rules.identifier].iloc[index]}" if rules.identifier in cells else None
    value = "" if pd.isna(case["failure_case"]) else str(case["failure_case"])  # type: ignore[call-overload]
    return Violation(file, index + 2, identifier, str(case["column"]), value, rule)


def validate(paths: list[Path], rules: Contract) -> tuple[dict[str, int], list[Violation]]:
    """Check each file, and that no identifier stands in two of them.

    Returns:
        The number of rows of each file, and every violation.

    Raises:
        PlumblineError: A file is absent or is no table.
    """
    rows: dict[str, int] = {}
    found: list[Violation] = []
    owners: dict[str, str] = {}
    for path in paths:
        file, frame = path.as_posix(), table.read_text(path)
        rows[file] = len(frame)
        found += violations(frame, rules, file)
        for line, identifier in enumerate(frame.get(rules.identifier, pd.Series(dtype=str)), start=2):
            owner = owners.setdefault(identifier, file)
            if owner != file:
                rule = f"stands in {owner} too: training and evaluation must not share a row"
                found.append(Violation(file, line, None, rules.identifier, identifier, rule))
    return rows, found


def refuse(found: list[Violation]) -> None:
    """Raise a PlumblineError that lists the violations, if there are any."""
    if not found:
        return
    lines = [f"{len(found)} violations of the contract:", *(f"  {item}" for item in found[:_SHOWN])]
    if len(found) > _SHOWN:
        lines.append(f"  … and {len(found) - _SHOWN} more")
    lines.append("Mend the data at its source, or change data/contract.yaml if the rule is wrong.")
    raise PlumblineError("\n".join(lines))
