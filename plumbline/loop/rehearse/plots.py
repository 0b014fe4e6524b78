"""The plots of the rehearsal: the error over time, with and without retraining, and what the monitor made of it."""

import itertools
from pathlib import Path

import matplotlib
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from plumbline.loop.rehearse import past, replay
from plumbline.loop.rehearse.state import Month

matplotlib.use("Agg")
_BLUE, _ORANGE = "#1f4e8c", "#d9822b"


def write(replayed: list[Month], folder: Path) -> None:
    """Write `error.png` and `monitor.png` to `folder`."""
    names = [month.name for month in replayed]
    figure, axes = _figure(past.measure(), names)
    axes.plot(
        names, [replay.loss([month], frozen=True) for month in replayed], color=_ORANGE, label="without retraining"
    )
    axes.plot(names, [replay.loss([month]) for month in replayed], color=_BLUE, label="with retraining")
    _mark_changes(axes, replayed)
    axes.legend()
    figure.savefig(folder / "error.png", dpi=120)

    figure, axes = _figure(f"what the monitor saw: {past.measure()}, 99 % interval", names)
    for month in replayed:
        if month.seen.loss:
            value, low, high = month.seen.loss
            axes.errorbar([month.name], [value], yerr=[[value - low], [high - value]], fmt="o", color=_BLUE, capsize=3)
    _mark_changes(axes, replayed)
    figure.savefig(folder / "monitor.png", dpi=120)


def _figure(label: str, names: list[str]) -> tuple[Figure, Axes]:
    figure = Figure(figsize=(9, 4), layout="constrained")
    axes = figure.subplots()
    axes.set(ylabel=label, xlim=(-0.5, len(names) - 0.5))
    axes.set_xticks(range(len(names)), names, rotation=60)
    axes.grid(axis="y", color="#dddddd")
    return figure, axes


def _mark_changes(axes: Axes, replayed: list[Month]) -> None:
    """Draw a line where another version began to serve."""
    for place, (before, after) in enumerate(itertools.pairwise(replayed)):
        if before.version != after.version:
            axes.axvline(place + 0.5, color="black", linewidth=0.8, linestyle="--")
            axes.annotate(
                f" version {after.version}", (place + 0.5, 0.97), xycoords=("data", "axes fraction"), va="top"
            )
