"""The limits that an adoption writes pass the first model of a drifting table, and none that learned nothing."""

from contextlib import closing
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from data.src import featurize, preprocess
from model.src import features, train
from plumbline.adopt import command
from plumbline.ingest import extract, warehouse
from plumbline.ingest.connections import connect
from plumbline.judge import gate, rules, slices
from plumbline.kernel import contract, metrics, table
from plumbline.kernel.config import section
from plumbline.tests.adopt.conftest import bare


def orders(seed: int) -> pd.DataFrame:
    """600 orders of two years, whose cost rises from day to day, which trees cannot follow into the future."""
    random = np.random.default_rng(seed)
    day = np.sort(random.integers(0, 720, 600))
    size, kind = random.gamma(2, 4, 600).round(2), random.choice(["plain", "fine"], 600)
    cost = 20 + 6 * size + 15 * (kind == "fine") + 0.04 * day + random.normal(0, 5, 600)
    dates = (pd.Timestamp("2024-01-01") + pd.to_timedelta(day, unit="D")).strftime("%Y-%m-%d")
    names = [f"{n:05}" for n in range(600)]
    return pd.DataFrame({"Order ID": names, "Day": dates, "Size": size, "Kind": kind, "Cost": cost.round(2)})


def scored(estimator: str) -> tuple[pd.DataFrame, contract.Contract]:
    """Train on the raw files as the stages do, and predict those of the evaluation."""
    known, model = contract.read(Path("data/contract.yaml")), Path("model/params.yaml")
    training, evaluation = (
        table.read_tsv(Path(f"data/raw/{part}_data.tsv"), known) for part in ("training", "evaluation")
    )
    fitted = preprocess.fit(training, known, seed=42)
    for frame, name in ((training, "train"), (evaluation, "eval")):
        featurize.featurize(frame, fitted, known).to_parquet(f"{name}.parquet", index=False)
    learned, asked = (features.read(Path(f"{name}.parquet"), known) for name in ("train", "eval"))
    parameters = section(train.Parameters, model, "train").model_copy(update={"estimator": estimator})
    answers = train.train(learned, parameters, known).predict_interval(asked.X)
    ordered = evaluation.sort_values(known.identifier, ignore_index=True)
    sliced = ordered[section(metrics.Parameters, model, "evaluate").slice_by]
    return metrics.judged(sliced.to_frame("slice"), ordered[known.target.name], answers, known, None), known


def refused(estimator: str) -> list[str]:
    """The rules about figures of the evaluation set that refuse an estimator."""
    (rows, known), limits = scored(estimator), gate.read_limits()
    promised = section(train.Parameters, Path("model/params.yaml"), "train").coverage
    findings = [
        *rules.absolute(rows, known, limits.absolute),
        rules.coverage(rows, known, promised, limits.coverage),
        slices.coverage(rows, promised, limits.coverage.tolerance, known, limits.slices),
    ]
    return [finding.rule for finding in findings if finding.verdict == "fail"]


@pytest.mark.parametrize("seed", [1, 6, 8])
def test_the_first_model_of_a_drifting_table_passes_and_one_answer_to_all_does_not(
    seed: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(bare(tmp_path))
    orders(seed).to_csv("orders.csv", index=False)
    command.main("orders.csv", target="Cost", time="Day")
    warehouse.main()
    parameters = section(extract.Parameters, Path("data/params.yaml"), "extract")
    known = contract.read(Path("data/contract.yaml"))
    with closing(connect(parameters.connection)) as connection:
        found = extract.extract(connection, parameters, known)
    extract.load(found, parameters, known, new_version=False)
    assert refused("hist_gradient_boosting") == []
    assert {"rmse", "r2"} <= set(refused("dummy"))
