"""`plumb adopt`: take a table that nobody prepared as this clone's own."""

import sys
from contextlib import closing
from pathlib import Path
from typing import Annotated

import pandas as pd
from cyclopts import Parameter

from plumbline.adopt import again, baseline, contract_file, house, query, rehearsal, report, settings, yaml_file
from plumbline.adopt.again import Before
from plumbline.adopt.baseline import Baseline
from plumbline.adopt.examples import catalogue
from plumbline.adopt.source import read, slug
from plumbline.adopt.study import Study, study
from plumbline.ingest import extract
from plumbline.ingest.connections import connect
from plumbline.ingest.splitting import Split, split
from plumbline.judge import leakage
from plumbline.judge.leakage import Leakage
from plumbline.kernel import log, validation
from plumbline.kernel.config import parse
from plumbline.kernel.contract import Contract, Task
from plumbline.kernel.errors import PlumblineError
from plumbline.product import init

FOLDER = Path(".plumbline/adopt")


def main(
    given: Annotated[str | None, Parameter(name="table")] = None,
    /,
    *,
    target: str | None = None,
    example: str | None = None,
    task: Task | None = None,
    key: Annotated[str | None, Parameter(name="--id")] = None,
    time: str | None = None,
    group: str | None = None,
    name: str | None = None,
    unit: str | None = None,
    dry_run: bool = False,
) -> None:
    """Take a table as this clone's own: contract, parameters, limits and names, for a person to read and mend.

    Run again on a newer table it keeps contract and evaluation set as a person has edited them, and says what is new.

    Args:
        given: A file by path or URL, or a database's URL with #TABLE after it.
        target: The column to predict.
        example: A table of Plumbline's own: biopsies, wines, ridership or deliveries.
        task: What it asks for; told from its values by default.
        key: The column that tells rows apart; found or made by default.
        time: A column by which the latest rows are for evaluation.
        group: A column whose values are for evaluation as a whole.
        name: What the model is called; the table's name by default.
        unit: The target's unit.
        dry_run: Write the report and nothing else.
    """
    given, target, unit, time = _asked(given, target, example, unit, time)
    source = read(given, FOLDER)
    known = again.before(slug(target))
    differences: list[str] = []
    if known and known.edited:
        source, said = again.through(source, known)
        target, key = slug(target), key or known.identifier  # what the query calls them
        differences.append(said)
    found = study(source, target, task=task, key=key, set_aside=known.set_aside if known else frozenset())
    if known and time is None and group is None:
        rule = query.kept_rule(found, known.extraction.split)
    else:
        rule = query.split_rule(found, time and slug(time), group and slug(group))
    contract = contract_file.draft(found, unit)
    if known:
        fresh, contract = contract, yaml_file.read(contract_file.PATH)
        differences += contract_file.merge(contract, fresh, found)
    drafted = FOLDER / contract_file.PATH.name
    yaml_file.write(contract, drafted)
    asked, evaluation, shared = _checked(found, parse(Contract, contract, str(drafted)), rule, known)
    reached = baseline.measure(found, rule, evaluation)
    page = report.write(found, reached, FOLDER)
    _say(found, reached, differences)
    if dry_run:
        log.get("adopt").info("nothing written", contract=str(drafted), report=str(page))
        return
    if not known:
        init.init(Path(), {"model": slug(name or source.name).replace("_", "-")[:63].strip("-")})
        for path in house.clear(Path()):
            log.get("adopt").info("removed", path=path)
        house.forget(Path())
    house.put(source, Path())
    yaml_file.write(contract, contract_file.PATH)
    settings.write_data(found, asked, again=known is not None, edited=known is not None and known.edited)
    if not known:
        settings.write_model(found)
        settings.write_gate(found, reached, shared)
        if why_not := rehearsal.write(found, rule, baseline.limits(reached), Path()):
            log.get("adopt").info(why_not)
    log.get("adopt").info("adopted", contract=str(contract_file.PATH), report=str(page))


def _asked(
    given: str | None, target: str | None, example: str | None, unit: str | None, time: str | None
) -> tuple[str, str, str | None, str | None]:
    """Give the table, target, unit and time column that a person names, or those of the example."""
    if example is not None:
        if given is not None or target is not None:
            raise PlumblineError("--example brings its table and target along: leave TABLE and --target out")
        known = catalogue.find(example)
        return str(catalogue.table(example, FOLDER)), known.target, unit or known.unit, time or known.time
    if given is None or target is None:
        raise PlumblineError(
            "name a table and the column to predict, `plumb adopt rides.csv --target minutes`, or one of the examples,"
            f" `plumb adopt --example NAME`:\n{catalogue.listed()}"
        )
    return given, target, unit, time


def _checked(found: Study, rules: Contract, rule: Split, known: Before | None) -> tuple[extract.Parameters, int, int]:
    """Run the extraction as `make data` will, and refuse what would be refused there.

    Args:
        found: The table.
        rules: Its contract.
        rule: How rows are chosen for evaluation.
        known: What stands from the last adoption.

    Returns:
        The extraction's parameters; the rows of its evaluation set; how many of them training has, too, beyond those
        that are equal by nature.
    """

    def asks(held_out: str) -> extract.Parameters:
        fresh = query.parameters(found, held_out, rule)
        return known.asked(fresh, held_out, rule) if known else fresh

    url = str(found.source.file or found.source.connection)
    with closing(connect(url)) as connection:
        text = extract.extract(connection, asks(""), rules).rows.frame()
    validation.refuse(validation.violations(text, rules, found.source.name))
    held_out = str(text[rules.identifier].iloc[len(text) // 2])
    rest = text[text[rules.identifier] != held_out].reset_index(drop=True)
    asked = asks(held_out)
    training, evaluation = split(rest, rules.identifier, asked.salt, asked.evaluation_percent, rule)
    _refuse_rare(training[found.target], found)
    shared = leakage.leakage(training, evaluation, rules, Leakage(rows=0)).figure
    return asked, len(evaluation), int(shared or 0)


def _refuse_rare(cells: "pd.Series[str]", found: Study) -> None:
    """Refuse classes that training has too few rows of, as the stage `train` would."""
    counts, needed = cells.value_counts(), settings.folds()
    rare = [f"{label} ({counts.get(label, 0)})" for label in found.asks.classes if counts.get(label, 0) < needed]
    if rare:
        raise PlumblineError(
            f"each class of {found.target} needs {needed} rows for training, one a fold; too few have"
            f" {', '.join(rare)}: give them more rows, leave them out of the table,"
            f" or lower train.folds of {settings.MODEL}"
        )


def _say(found: Study, reached: Baseline, differences: list[str]) -> None:
    classes = f" of {', '.join(found.asks.classes)}" if found.asks.classes else ""
    lines = [
        f"{found.source.name}: {len(found.rows):,} rows, {len(found.columns)} columns",
        f"target: {found.target}, {found.asks.task}{classes}",
        f"identifier: {found.identifier or 'made of the content of each row'}",
        f"baseline, {reached.how}: " + ", ".join(f"{name} {value:.4g}" for name, value in reached.figures.items()),
        *[f"set aside: {name}: {reason}" for name, reason in found.set_aside.items()],
        *[f"look at: {note}" for note in [*found.notes, *baseline.notes(reached)]],
        *[f"changed: {difference}" for difference in differences],
    ]
    sys.stdout.write("\n".join(lines) + "\n")
