"""The report of an adoption: one page of what the table is, for a person to read before the first model."""

import html
from collections.abc import Iterable
from pathlib import Path

from plumbline.adopt import baseline, kinds
from plumbline.adopt.baseline import Baseline
from plumbline.adopt.study import Study

_STYLE = "body{font:15px sans-serif;margin:2em}table{border-collapse:collapse}td,th{padding:.2em .8em;text-align:left}"


def write(study: Study, reached: Baseline, folder: Path) -> Path:
    """Write `report.html` and `target.png` into a folder; give the page's path."""
    folder.mkdir(parents=True, exist_ok=True)
    _plot(study, folder / "target.png")
    facts = [
        ("rows", f"{len(study.rows):,}"),
        ("identifier", study.identifier or "made of the content of each row"),
        ("target", f"{study.target}, {study.asks.task}"),
        ("baseline", reached.how),
        *[(f"baseline {name}", f"{value:.4g}") for name, value in reached.figures.items()],
    ]
    counts = study.rows[study.target].value_counts()
    balance = [(label, f"{counts[label]:,}", f"{counts[label] / len(study.rows):.1%}") for label in study.asks.classes]
    described = [
        (name, str(reading.kind), f"{(study.rows[name] == '').mean():.1%}", f"{study.rows[name].nunique():,}")
        for name, reading in study.columns.items()
    ]
    parts = [
        f"<h1>{html.escape(study.source.name)}</h1>",
        _table(("what", "value"), facts),
        "<h2>Look at</h2>",
        "".join(f"<p>{html.escape(note)}</p>" for note in [*study.notes, *baseline.notes(reached)])
        or "<p>Nothing.</p>",
        "<h2>Set aside</h2>",
        _table(("column", "why"), study.set_aside.items()),
        f"<h2>{html.escape(study.target)}</h2>",
        _table(("class", "rows", "share"), balance) if balance else "",
        '<img src="target.png" alt="distribution of the target">',
        "<h2>Columns</h2>",
        _table(("column", "type", "missing", "values"), described),
    ]
    page = folder / "report.html"
    page.write_text(f'<!doctype html><meta charset="utf-8"><style>{_STYLE}</style>{"".join(parts)}', encoding="utf-8")
    return page


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    def line(cells: tuple[str, ...], tag: str) -> str:
        return f"<tr>{''.join(f'<{tag}>{html.escape(str(cell))}</{tag}>' for cell in cells)}</tr>"

    return f"<table>{line(head, 'th')}{''.join(line(row, 'td') for row in rows)}</table>"


def _plot(study: Study, path: Path) -> None:
    from matplotlib.figure import Figure  # half a second, which a refusal need not wait for

    figure = Figure(figsize=(6, 3), layout="constrained")
    axes = figure.add_subplot()
    if study.asks.classes:
        counts = study.rows[study.target].value_counts()
        axes.barh(list(study.asks.classes), [counts[label] for label in study.asks.classes])
    else:
        axes.hist(kinds.numbers(study.rows[study.target], "number"), bins=40)
    axes.set_xlabel("rows" if study.asks.classes else study.target)
    figure.savefig(path, metadata={"Software": None})
