"""Plots of an evaluation, as PNG files whose bytes depend on the data alone."""

from pathlib import Path

import matplotlib
import pandas as pd
from matplotlib.figure import Figure

from plumbline.kernel.contract import Target

matplotlib.use("Agg")


def write(rows: pd.DataFrame, by_slice: pd.DataFrame, target: Target, slice_by: str, folder: Path) -> None:
    """Write `predictions.png`, `residuals.png` and `slices.png` to `folder`.

    Args:
        rows: With the columns `actual`, `prediction`, `lower` and `upper`, in the target's unit.
        by_slice: With the columns `slice`, `rows` and `mae`.
        target: Names the axes.
        slice_by: The column that the slices are values of.
        folder: Exists.
    """
    label = f"{target.name} ({target.unit})"
    figure, axes = _figure(6, 6)
    errors = [rows["prediction"] - rows["lower"], rows["upper"] - rows["prediction"]]
    axes.errorbar(
        rows["actual"],
        rows["prediction"],
        yerr=errors,
        fmt="none",
        ecolor="#9db8d9",
        elinewidth=0.6,
    )
    axes.scatter(rows["actual"], rows["prediction"], s=8, color="#1f4e8c", zorder=3)
    ends = [rows["actual"].min(), rows["actual"].max()]
    axes.plot(ends, ends, color="black", linewidth=0.8)
    axes.set(xlabel=f"actual {label}", ylabel="prediction and interval")
    _save(figure, folder / "predictions.png")

    figure, axes = _figure(6, 4)
    axes.hist((rows["prediction"] - rows["actual"]) / rows["actual"] * 100, bins=40, color="#1f4e8c")
    axes.set(xlabel="error in % of the actual value", ylabel="rows")
    _save(figure, folder / "residuals.png")

    ordered = by_slice.sort_values("mae")
    figure, axes = _figure(7, 1.5 + 0.25 * len(ordered))
    axes.barh(
        [f"{row.slice} ({row.rows})" for row in ordered.itertuples()],
        ordered["mae"],
        color="#1f4e8c",
    )
    axes.set(xlabel=f"mean absolute error ({target.unit})", title=f"by {slice_by} (rows)")
    _save(figure, folder / "slices.png")


def _figure(width: float, height: float) -> tuple[Figure, matplotlib.axes.Axes]:
    figure = Figure(figsize=(width, height), layout="constrained")
    return figure, figure.subplots()


def _save(figure: Figure, path: Path) -> None:
    figure.savefig(path, dpi=100, metadata={"Software": None})
