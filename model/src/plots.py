"""Plots of an evaluation, as PNG files whose bytes depend on the data alone."""

from pathlib import Path

import matplotlib
import pandas as pd
from matplotlib.figure import Figure

from plumbline.kernel.contract import Target
from plumbline.kernel.files import whole

matplotlib.use("Agg")


COLOR = "#1f4e8c"


def write(rows: pd.DataFrame, target: Target, folder: Path) -> None:
    """Write `predictions.png` and `residuals.png` of a regression to `folder`.

    Args:
        rows: With the columns `actual`, `prediction`, `lower` and `upper`, in the target's unit.
        target: Names the axes.
        folder: Exists.
    """
    label = f"{target.name} ({target.unit})"
    drawn, axes = figure(6, 6)
    errors = [rows["prediction"] - rows["lower"], rows["upper"] - rows["prediction"]]
    axes.errorbar(
        rows["actual"],
        rows["prediction"],
        yerr=errors,
        fmt="none",
        ecolor="#9db8d9",
        elinewidth=0.6,
    )
    axes.scatter(rows["actual"], rows["prediction"], s=8, color=COLOR, zorder=3)
    ends = [rows["actual"].min(), rows["actual"].max()]
    axes.plot(ends, ends, color="black", linewidth=0.8)
    axes.set(xlabel=f"actual {label}", ylabel="prediction and interval")
    save(drawn, folder / "predictions.png")

    drawn, axes = figure(6, 4)
    axes.hist((rows["prediction"] - rows["actual"]) / rows["actual"] * 100, bins=40, color=COLOR)
    axes.set(xlabel="error in % of the actual value", ylabel="rows")
    save(drawn, folder / "residuals.png")


def write_slices(by_slice: pd.DataFrame, error: str, target: Target, slice_by: str, folder: Path) -> None:
    """Write `slices.png` to `folder`.

    Args:
        by_slice: With the columns `slice`, `rows` and `error`.
        error: `mae`, in the target's unit, or `log_loss`.
        target: Has the unit.
        slice_by: The column that the slices are values of.
        folder: Exists.
    """
    ordered = by_slice.sort_values(error)
    drawn, axes = figure(7, 1.5 + 0.25 * len(ordered))
    axes.barh([f"{row.slice} ({row.rows})" for row in ordered.itertuples()], ordered[error], color=COLOR)
    label = f"mean absolute error ({target.unit})" if error == "mae" else "log loss"
    axes.set(xlabel=label, title=f"by {slice_by} (rows)")
    save(drawn, folder / "slices.png")


def figure(width: float, height: float) -> tuple[Figure, matplotlib.axes.Axes]:
    """Begin a plot of this many inches."""
    drawn = Figure(figsize=(width, height), layout="constrained")
    return drawn, drawn.subplots()


def save(drawn: Figure, path: Path) -> None:
    """Write a plot without what differs from one run to the next."""
    with whole(path) as partial:
        drawn.savefig(partial, dpi=100, metadata={"Software": None})
