"""The tables of docs/examples.md: what is reached on each example. As a program it plays them all, in minutes."""

import re
import resource
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from scipy import stats

from plumbline.adopt.examples.catalogue import EXAMPLES
from plumbline.kernel import contract, jsonfile
from plumbline.testing.repository import ROOT, copy_repository, run

PAGE = ROOT / "docs/examples.md"
MAKE = ("make", "SETUP=true", f"VENV={ROOT / '.venv'}")
_OURS = ("example", "task", "rows", "columns", "training", "evaluation", "ours", "processor seconds")
_OTHERS = ("example", "published", "measured otherwise")
_RESAMPLES, _BATCH = 2000, 50


@dataclass(frozen=True)
class Played:
    """An example that was adopted and served in `house`.

    Attributes:
        adopted: What `plumb adopt` printed.
        demo: What `make demo` printed.
        row: Its row of the page but for the time.
        seconds: What both used of the processors.
    """

    house: Path
    adopted: str
    demo: str
    row: str
    seconds: float


def play(name: str, folder: Path) -> Played:
    """Adopt an example in a copy of this repository and run the demo there."""
    house = copy_repository(folder)
    commit(house, "Start")
    begin = _used()
    adopted = run(house, "plumb", "adopt", "--example", name).stdout
    demo = run(house, *MAKE, "demo").stdout
    return Played(house, adopted, demo, _row(name, house), _used() - begin)


def commit(house: Path, message: str) -> None:
    """Commit all that is in a house."""
    run(house, "git", "add", "--all")
    run(house, "git", "-c", "user.name=T", "-c", "user.email=t@example.com", "commit", "--quiet", "--message", message)


def known(name: str) -> str:
    """Give an example's row of the page but for the time."""
    found = re.search(rf"^(\| `{name}` \|.*\|) (\d+|-) \|$", PAGE.read_text(encoding="utf-8"), flags=re.MULTILINE)
    return found[1] if found else ""


def render(rows: Iterable[str]) -> str:
    """Give the page with these rows, and with what the catalogue says of others' figures."""
    others = [_line([f"`{name}`", example.published, example.differs]) for name, example in EXAMPLES.items()]
    text = PAGE.read_text(encoding="utf-8")
    for columns, lines in ((_OURS, rows), (_OTHERS, others)):
        table = "\n".join([_line(columns), _line(["---"] * len(columns)), *lines, ""])
        head = re.escape(_line(columns))
        text = re.sub(rf"^{head}\n(\|.*\n)+", lambda _, table=table: table, text, flags=re.MULTILINE)
    return text


def measured() -> list[str]:
    """Give the rows of the page as they are."""
    return re.findall(
        r"^\| `\w+` \| (?:regression|binary|multiclass) \|.*$", PAGE.read_text(encoding="utf-8"), re.MULTILINE
    )


def _row(name: str, house: Path) -> str:
    rules = contract.read(house / "data/contract.yaml")
    training, evaluation = (
        len((house / f"data/raw/{part}_data.tsv").read_bytes().splitlines()) - 1 for part in ("training", "evaluation")
    )
    counts = (training + evaluation + 1, len(rules.columns), training, evaluation)
    figure = _figure(EXAMPLES[name].metric, house / "model/artifacts", rules.target.unit or "")
    return _line([f"`{name}`", rules.task, *[f"{count:,}" for count in counts], figure])


def _figure(metric: str, artifacts: Path, unit: str) -> str:
    """Give the evaluation's figure with its 95 % interval over the rows: Wilson's of a share, else the bootstrap's."""
    value = jsonfile.read(artifacts / "metrics.json")[metric]
    rows = pd.read_csv(artifacts / "evaluation/predictions.csv", keep_default_na=False)
    if metric == "accuracy":
        right = (rows["actual"].astype(str) == rows["prediction"].astype(str)).sum()
        low, high = stats.binomtest(int(right), len(rows)).proportion_ci(0.95, method="wilson")
    else:
        squares = ((rows["actual"] - rows["prediction"]) ** 2).to_numpy()
        drawn = {"n_resamples": _RESAMPLES, "batch": _BATCH, "method": "percentile", "rng": 42}
        found = stats.bootstrap((squares,), lambda errors, axis: np.sqrt(errors.mean(axis=axis)), **drawn)
        low, high = found.confidence_interval
    said = {"accuracy": "accuracy", "rmse": "RMSE"}[metric]
    return f"{said} {value:.3f} ({low:.3f} to {high:.3f}) {unit}".strip()


def _line(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _used() -> float:
    spent = resource.getrusage(resource.RUSAGE_CHILDREN)
    return spent.ru_utime + spent.ru_stime


def main() -> None:
    """Play every example and write the page."""
    rows = []
    for name in EXAMPLES:
        with tempfile.TemporaryDirectory() as folder:
            played = play(name, Path(folder))
        rows.append(f"{played.row} {played.seconds:.0f} |")
    PAGE.write_text(render(rows), encoding="utf-8")


if __name__ == "__main__":
    main()
