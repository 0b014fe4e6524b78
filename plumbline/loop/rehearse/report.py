"""The report of the rehearsal: tables on the console, and report.md, report.json and plots in a folder."""

import shutil
from dataclasses import dataclass
from pathlib import Path

from rich.table import Column, Table

from plumbline.kernel import jsonfile
from plumbline.loop.rehearse import plots, replay, watch
from plumbline.loop.rehearse.state import Month, Outcome


@dataclass(frozen=True)
class Done:
    """A step that went as planned, and the seconds that it took."""

    title: str
    seconds: float
    outcome: Outcome


def steps(done: list[Done]) -> Table:
    """Make the table of the steps; hashes are cut to what tells them apart."""
    table = Table(
        "", Column("step", ratio=3), Column("what happened", ratio=4), "model", "hashes", "s", show_lines=True
    )
    for number, item in enumerate(done, 1):
        hashes = "\n".join(f"{name} {value[:10]}" for name, value in _short(item.outcome.hashes).items())
        table.add_row(str(number), item.title, item.outcome.text, item.outcome.version, hashes, f"{item.seconds:.1f}")
    table.add_row("", "all", "", "", "", f"{sum(item.seconds for item in done):.0f}")
    return table


def months(replayed: list[Month]) -> Table:
    """Make the table of the months."""
    table = Table(*_MONTHS, title="Month by month", title_justify="left")
    for month in replayed:
        table.add_row(*_cells(month))
    return table


def write(folder: Path, done: list[Done], replayed: list[Month]) -> None:
    """Write the report, and bring the monitor's reports, into `folder`, which is made anew."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    shutil.copytree(watch.REPORTS, folder / "monitor")
    plots.write(replayed, folder)
    jsonfile.write(
        folder / "report.json",
        {
            "steps": [
                {
                    "title": item.title,
                    "seconds": round(item.seconds, 1),
                    "outcome": item.outcome.text,
                    "version": item.outcome.version,
                    "hashes": item.outcome.hashes,
                }
                for item in done
            ],
            "months": [
                {
                    "month": month.name,
                    "version": month.version,
                    "cases": len(month.answered),
                    "loss": replay.loss([month]),
                    "loss_without_retraining": replay.loss([month], frozen=True),
                    "alerts": month.seen.texts,
                }
                for month in replayed
            ],
        },
    )
    lines = ["# Rehearsal", ""]
    lines += _markdown(
        ["", "step", "what happened", "model", "hashes", "s"], [_row(i, d) for i, d in enumerate(done, 1)]
    )
    lines += ["", "## Month by month", ""]
    lines += _markdown(_MONTHS, [_cells(month) for month in replayed])
    lines += ["", *(f"![{path.stem}]({path.name})" for path in sorted(folder.glob("*.png")))]
    lines += ["", "The monitor's reports are in `monitor/`."]
    (folder / "report.md").write_text("\n".join(lines) + "\n", encoding="utf-8")


_MONTHS = ["month", "model", "cases", "mean loss", "without retraining", "the monitor's, 3 months", "alerts"]


def _cells(month: Month) -> list[str]:
    seen = month.seen.loss
    return [
        month.name,
        month.version,
        str(len(month.answered)),
        replay.shown(replay.loss([month])),
        replay.shown(replay.loss([month], frozen=True)),
        "{} ({} to {})".format(*map(replay.shown, seen)) if seen else "too few answers yet",
        ", ".join(month.seen.alerts) or "none",
    ]


def _row(number: int, item: Done) -> list[str]:
    hashes = "<br>".join(f"{name} `{value}`" for name, value in item.outcome.hashes.items())
    return [str(number), item.title, item.outcome.text, item.outcome.version, hashes, f"{item.seconds:.1f}"]


def _short(hashes: dict[str, str]) -> dict[str, str]:
    return {name.partition("_")[0]: value for name, value in hashes.items()}


def _markdown(head: list[str], rows: list[list[str]]) -> list[str]:
    return [f"| {' | '.join(cells)} |" for cells in (head, ["---"] * len(head), *rows)]
