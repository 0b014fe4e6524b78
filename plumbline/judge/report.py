"""The report of a pull request: one Markdown page, which a comment holds."""

from dataclasses import dataclass
from typing import Any

import pandas as pd

PLOTS = ("predictions.png", "residuals.png", "slices.png")
_SLICES = 10  # shown, those that changed most
_CHANGED = 0.001  # smaller changes are not shown


@dataclass(frozen=True)
class Facts:
    """What the report tells.

    Attributes:
        base: The branch that the pull request is merged into.
        gate: The gate's report.
        metrics: Of the model of this branch.
        base_metrics: Of the model of `base`; empty if there is none.
        slices: `slice`, `rows`, `mae` and, if the base is known, `mae_base` and `change`.
        parameters: Changed parameters: name, and the value before and after.
        lineage: What the model was made from, by name.
        images: What goes before the names of the plots: a folder or a URL.
    """

    base: str
    gate: dict[str, Any]
    metrics: dict[str, float]
    base_metrics: dict[str, float]
    slices: pd.DataFrame
    parameters: list[tuple[str, str, str]]
    lineage: dict[str, str]
    images: str = ""


def render(facts: Facts) -> str:
    """Write the report."""
    refused = [rule["rule"] for rule in facts.gate["rules"] if rule["verdict"] == "fail"]
    verdict = f"The gate refuses this model: {', '.join(refused)}." if refused else "The gate passes this model."
    parts = [
        f"## Model: {facts.gate['verdict']}",
        verdict,
        f"### Metrics against {facts.base}",
        _metrics(facts),
        *(
            ["### Changed parameters", _table(["parameter", facts.base, "here"], facts.parameters)]
            * bool(facts.parameters)
        ),
        "### Gate",
        gate_table(facts.gate),
        "### Slices",
        _slices(facts),
        "### Plots",
        "\n".join(f"![{name.removesuffix('.png')}]({facts.images}{name})" for name in PLOTS),
        "### Lineage",
        _table(["what", "value"], [(name, f"`{value}`") for name, value in facts.lineage.items()]),
    ]
    return "\n\n".join(parts) + "\n"


def _metrics(facts: Facts) -> str:
    rows = []
    for name, value in facts.metrics.items():
        before = facts.base_metrics.get(name)
        # The last bits differ between the portable model and the pipeline that wrote the base's figures.
        difference = "" if before is None else f"{round(value - before, 6):+.6g}"
        rows.append((name, "" if before is None else f"{before:.6g}", f"{value:.6g}", difference))
    return _table(["metric", facts.base, "here", "difference"], rows)


def gate_table(gate: dict[str, Any]) -> str:
    """Write the table of a gate's report."""
    rows = [
        (
            rule["rule"],
            "" if rule["figure"] is None else f"{rule['figure']:.6g}",
            rule["limit"],
            rule["verdict"] if rule["verdict"] == "pass" else f"**{rule['verdict']}**",
            rule["detail"],
        )
        for rule in gate["rules"]
    ]
    return _table(["rule", "figure", "limit", "verdict", "detail"], rows)


def _slices(facts: Facts) -> str:
    if "change" not in facts.slices:
        known = [(row.slice, row.rows, f"{row.mae:,.0f}") for row in facts.slices.itertuples()]
        return _table(["slice", "rows", "MAE"], known) + f"\n\nThe slices of {facts.base} are not known."
    changed = facts.slices[facts.slices["change"].abs() >= _CHANGED]
    if changed.empty:
        return f"No slice changed by {_CHANGED:.1%} or more."
    order = changed["change"].abs().sort_values(ascending=False, kind="stable").index
    rows = [
        (row.slice, row.rows, f"{row.mae_base:,.0f}", f"{row.mae:,.0f}", f"{row.change:+.1%}")
        for row in changed.loc[order].head(_SLICES).itertuples()
    ]
    return _table(["slice", "rows", f"MAE on {facts.base}", "MAE here", "change"], rows)


def _table(header: list[str], rows: list[Any]) -> str:
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join("| " + " | ".join(str(cell).replace("|", "\\|") for cell in line) + " |" for line in lines)
