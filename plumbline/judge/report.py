"""The report of a pull request: one Markdown page, which a comment holds."""

from dataclasses import dataclass
from typing import Any

import pandas as pd

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
        slices: `slice`, `rows`, the error and, if the base is known, the same with `_base` and `change`.
        error: The column of `slices` that says how much the model errs there: `mae` or `log_loss`.
        plots: Their names.
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
    plots: list[str]
    error: str = "mae"
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
        "\n".join(f"![{name.removesuffix('.png')}]({facts.images}{name})" for name in facts.plots),
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
        names = ["slice", "rows", facts.error]
        known = [(label, rows, _shown(error)) for label, rows, error in facts.slices[names].itertuples(index=False)]
        return _table(names, known) + f"\n\nThe slices of {facts.base} are not known."
    changed = facts.slices[facts.slices["change"].abs() >= _CHANGED]
    if changed.empty:
        return f"No slice changed by {_CHANGED:.1%} or more."
    order = changed["change"].abs().sort_values(ascending=False, kind="stable").index
    names = ["slice", "rows", f"{facts.error}_base", facts.error, "change"]
    rows = [
        (label, count, _shown(before), _shown(now), f"{change:+.1%}")
        for label, count, before, now, change in changed.loc[order, names].head(_SLICES).itertuples(index=False)
    ]
    return _table(["slice", "rows", f"{facts.error} on {facts.base}", f"{facts.error} here", "change"], rows)


def _shown(error: float) -> str:
    return f"{error:,.0f}" if error >= 100 else f"{error:.4g}"


def _table(header: list[str], rows: list[Any]) -> str:
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join("| " + " | ".join(str(cell).replace("|", "\\|") for cell in line) + " |" for line in lines)
