"""The comparison as a table, as JSON and as a plot."""

import json
import platform
import statistics
import sys
from pathlib import Path
from typing import Any

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt

BASELINE = "mlflow models serve"


def write(results: list[dict[str, Any]], folder: Path) -> None:
    """Write results.json, results.md and results.png into `folder`, and print the table."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "results.json").write_text(json.dumps(results, indent=1) + "\n")
    text = table(results)
    (folder / "results.md").write_text(text)
    sys.stdout.write(text)
    _plot(results, folder / "results.png")


def table(results: list[dict[str, Any]]) -> str:
    """Give the results as Markdown: medians, the spread of the rounds, and the ratios."""
    lines = [
        f"One core of a {platform.machine()} machine, 16 connections, Python "
        f"{platform.python_version()}; medians, with the lowest and highest round.",
        "",
        "| server | rows | requests/s | spread | to mlflow | p99 ms | ready s | memory MB |",
        "|---|--:|--:|--:|--:|--:|--:|--:|",
    ]
    for item in results:
        rate = statistics.median(item["rates"])
        base = _rate(results, BASELINE, item["rows"])
        ratio = f"{rate / base:.1f}" if base else ""
        spread = f"{min(item['rates']):,.0f} to {max(item['rates']):,.0f}"
        lines.append(
            f"| {item['name']} | {item['rows']} | {rate:,.0f} | {spread} | {ratio} "
            f"| {item['p99'] * 1000:.2f} | {item['ready_seconds']:.2f} "
            f"| {item['memory_bytes'] / 1e6:.0f} |"
        )
    return "\n".join(lines) + "\n"


def _rate(results: list[dict[str, Any]], name: str, rows: int) -> float | None:
    for item in results:
        if item["name"] == name and item["rows"] == rows:
            return float(statistics.median(item["rates"]))
    return None


def _plot(results: list[dict[str, Any]], path: Path) -> None:
    sizes = sorted({item["rows"] for item in results})
    figure, axes = plt.subplots(1, len(sizes), figsize=(12, 4), sharey=True, squeeze=False)
    for axis, size in zip(axes[0], sizes, strict=True):
        chosen = [item for item in results if item["rows"] == size][::-1]
        rates = [statistics.median(item["rates"]) for item in chosen]
        errors = [
            [rate - min(item["rates"]) for rate, item in zip(rates, chosen, strict=True)],
            [max(item["rates"]) - rate for rate, item in zip(rates, chosen, strict=True)],
        ]
        axis.barh([item["name"] for item in chosen], rates, xerr=errors, color="#0b57d0")
        axis.set_xscale("log")
        axis.set_xlabel("requests per second (logarithmic)")
        axis.set_title(f"{size} row(s) a request")
    figure.tight_layout()
    figure.savefig(path, dpi=120)
    plt.close(figure)
