"""A table for people: aligned in a log, Markdown in the summary of a job."""

from collections.abc import Sequence
from pathlib import Path

from plumbline.kernel import github


def show(header: Sequence[str], rows: Sequence[Sequence[str]], note: str = "", page: Path | None = None) -> None:
    """Print a table and the note below it; write both to `page`, and to `$GITHUB_STEP_SUMMARY` where that is set."""
    rows = [[_printable(cell) for cell in row] for row in rows]
    table = [header, *rows]
    widths = [max(len(row[column]) for row in table) for column in range(len(header))]
    for row in table:
        cells = [cell.ljust(width) for cell, width in zip(row, widths, strict=True)]
        print("  ".join(cells).rstrip())  # noqa: T201 - what was asked for
    if note:
        print(note)  # noqa: T201
    lines = [header, ["---"] * len(header), *([_escaped(cell) for cell in row] for row in rows)]
    text = "\n".join(f"| {' | '.join(line)} |" for line in lines) + f"\n\n{note}\n"
    if page:
        page.parent.mkdir(parents=True, exist_ok=True)
        page.write_text(f"## {page.stem.capitalize()}\n\n{text}", encoding="utf-8")
    github.summarize(text)


def _printable(cell: str) -> str:
    """Write what breaks a line or cannot be encoded as Python does: a file's name may hold it."""
    return "".join(letter if letter.isprintable() else repr(letter)[1:-1] for letter in cell)


def _escaped(cell: str) -> str:
    """Keep a file's name from being read as Markdown or HTML."""
    return "".join(f"\\{letter}" if letter in "\\`*_[]<>|!" else letter for letter in cell)
