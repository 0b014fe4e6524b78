"""The results as tables."""

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from scipy import stats

CONFIDENCE = 0.95


class Cell(NamedTuple):
    """How many of `runs` windows of `size` rows raised an alert."""

    title: str
    alert: str
    size: int
    raised: int
    runs: int

    def __str__(self) -> str:
        """Give the share with Clopper and Pearson's exact interval, in percent."""
        exact = stats.binomtest(self.raised, self.runs).proportion_ci(CONFIDENCE, method="exact")
        return f"{100 * self.raised / self.runs:.1f} % ({100 * exact.low:.1f} to {100 * exact.high:.1f})"


def write(path: Path, sizes: Sequence[int], undrifted: Sequence[Cell], planted: Sequence[Cell]) -> None:
    """Write both tables into one file."""
    text = f"# False alarms, in {undrifted[0].runs} windows each\n\n{_table(sizes, undrifted)}\n"
    text += f"# Drifts found, in {planted[0].runs} windows each\n\n{_table(sizes, planted)}"
    path.write_text(text)


def _table(sizes: Sequence[int], cells: Sequence[Cell]) -> str:
    lines = [f"| window | alert | {' | '.join(f'{size} rows' for size in sizes)} |", "|---|---|" + "--:|" * len(sizes)]
    for title, alert in dict.fromkeys((cell.title, cell.alert) for cell in cells):
        row = {cell.size: str(cell) for cell in cells if (cell.title, cell.alert) == (title, alert)}
        lines.append(f"| {title} | {alert} | {' | '.join(row[size] for size in sizes)} |")
    return "\n".join(lines) + "\n"
