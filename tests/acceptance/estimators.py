"""The table of docs/estimators.md: which estimator can be trained for which task. As a program it measures it anew."""

import re

from model.src import description
from model.tests import estimator_cases
from model.tests import portable_cases as cases
from plumbline.testing.repository import ROOT
from services.common.rows import RowReader
from services.predict.app.forest import ForestScorer
from services.predict.app.onnx_file import UnsupportedError

PAGE = ROOT / "docs/estimators.md"
_HEADER = ["| estimator | task | exported | differs by | same bytes | scorer |", "|---|---|---|---|---|---|"]
_BOUNDS = (1e-12, 1e-9, 1e-6)


def render() -> str:
    """Fit every estimator for every task; give the page with the table of what was measured."""
    lines = list(_HEADER)
    for label in estimator_cases.ESTIMATORS:
        for task in cases.TASKS:
            made = estimator_cases.case(label, task)
            bound = next(f"{value:.0e}" for value in _BOUNDS if made.parity <= value)
            shown = ", ".join(f"`{part}`" for part in label.split(", "))
            lines.append(f"| {shown} | {task} | yes | {bound} | yes | {_scorer(made, task)} |")
    text = PAGE.read_text(encoding="utf-8")
    return re.sub(r"^\| estimator \| task .*?\n(?=\n)", "\n".join(lines) + "\n", text, flags=re.MULTILINE | re.DOTALL)


def _scorer(made: estimator_cases.Case, task: str) -> str:
    described = description.describe(cases.rules(task), made.model, "case")
    try:
        ForestScorer(made.graph, described, RowReader(described, 1).row_type)
    except UnsupportedError:
        return "ONNX Runtime"
    return "native"


if __name__ == "__main__":
    PAGE.write_text(render(), encoding="utf-8")
