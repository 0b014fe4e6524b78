"""The extraction of an adopted table: its query, which leaves one row out for the demo, and its two files."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from plumbline.adopt import identifier, kinds
from plumbline.adopt.study import Study
from plumbline.ingest.extract import Parameters
from plumbline.ingest.files import quoted
from plumbline.ingest.splitting import Split
from plumbline.kernel import moments
from plumbline.kernel.column import Kind
from plumbline.kernel.errors import PlumblineError

HELD_OUT, LAST_MONTH, PERCENT = "held_out", "last_month", 20
_ALWAYS = "9999-12"


def parameters(study: Study, held_out: str, rule: Split) -> Parameters:
    """Give the section `extract` of data/params.yaml.

    Args:
        study: The table.
        held_out: The identifier of the row that training shall not see.
        rule: How rows are chosen for evaluation.
    """
    return Parameters(
        connection=study.source.connection,
        dataset=study.source.name,
        table=study.source.name,
        query=_query(study, rule),
        parameters={HELD_OUT: held_out, **({LAST_MONTH: _ALWAYS} if month_column(study, rule) else {})},
        training=Path("data/raw/training_data.tsv"),
        evaluation=Path("data/raw/evaluation_data.tsv"),
        evaluation_percent=PERCENT,
        salt="standard-evaluation-set",
        split=rule,
    )


def edited(known: Parameters, held_out: str, rule: Split) -> Parameters:
    """Give the section with the query that a person has edited, which leaves a row out if it still names one."""
    values = known.parameters | ({HELD_OUT: held_out} if HELD_OUT in known.parameters else {})
    return known.model_copy(update={"parameters": values, "split": rule})


def split_rule(study: Study, time: str | None, group: str | None) -> Split:
    """Give the rule by which rows are chosen for evaluation: the latest fifth by `time`, or whole groups.

    Raises:
        PlumblineError: Both are named, or a column that is not in the contract or has missing cells.
    """
    if time is not None and group is not None:
        raise PlumblineError("rows are chosen for evaluation by --time or by --group, not by both")
    column = time or group
    if column is None:
        return Split()
    if column not in study.columns or (study.rows[column] == "").any():
        reason = study.set_aside.get(column, "it has missing cells" if column in study.columns else "it is no column")
        raise PlumblineError(f"rows cannot be chosen for evaluation by {column}: {reason}")
    if group is not None:
        return Split(by="group", column=group)
    kind = study.columns[column].kind
    if kind is None or kind in ("category", "boolean"):
        raise PlumblineError(f"--time {column} is a {kind}: name a column of dates, timestamps or numbers")
    return Split(by="time", column=column, since=since(np.sort(kinds.numbers(study.rows[column], kind)), kind))


def kept_rule(study: Study, rule: Split) -> Split:
    """Give the rule by which rows were chosen before, if a newer table can be split by it.

    Raises:
        PlumblineError: It has not the column, or not in every row.
    """
    if rule.by == "time":
        split_rule(study, rule.column, None)
    elif rule.by == "group":
        split_rule(study, None, rule.column)
    return rule


def since(ordered: NDArray[np.float64], kind: Kind) -> str | float:
    """Give where the latest rows begin that are for evaluation, of values in order."""
    first = float(ordered[len(ordered) * (100 - PERCENT) // 100])
    return moments.text(first, kind) if kind in moments.PATTERNS else first


def month_column(study: Study, rule: Split) -> str | None:
    """Name the column at whose month the query ends, which is a parameter; None if it ends at none."""
    column = rule.column if rule.by == "time" else None
    return column if column and study.columns[column].kind in moments.PATTERNS else None


def _query(study: Study, rule: Split) -> str:
    names = [*study.columns, study.target]
    own = {name: quoted(study.source.columns[name]) for name in study.source.columns}
    selected = ",\n  ".join(f"{own[name]} as {quoted(name)}" for name in names)
    table, wanted = quoted(study.source.name), f"{own[study.target]} is not null"
    if month := month_column(study, rule):
        wanted += f" and substr(cast({own[month]} as varchar), 1, 7) <= ${LAST_MONTH}"
    if study.identifier is not None:
        key = own[study.identifier]
        return (
            f"select {key} as {quoted(study.identifier)},\n  {selected}\nfrom {table}\n"
            f"where {wanted} and cast({key} as varchar) <> ${HELD_OUT}\n"
        )
    # Rows have no identifier: one is made of what they say, and numbered where several say the same.
    content = ", ".join(f"coalesce(cast({own[name]} as varchar), '')" for name in names)
    kept = ", ".join(quoted(name) for name in names)
    row = f"concat(content, '-', row_number() over (partition by content)) as {identifier.MADE}"
    return (
        f"select * from (\n  select {row}, {kept}\n  from (\n"  # noqa: S608
        f"    select substr(md5(concat_ws('|', {content})), 1, 16) as content,\n  {selected}\n"
        f"    from {table} where {wanted}\n  ) as hashed\n) as numbered\n"
        f"where {identifier.MADE} <> ${HELD_OUT}\n"
    )
