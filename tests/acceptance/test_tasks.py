"""A model of each task goes from features to a bundle that the gate judges as the pipeline did."""

import dataclasses
from pathlib import Path

import pytest
import yaml

from model.src import bundle, evaluate, portable
from model.tests import portable_cases as cases
from plumbline.bundle import contract as bundled
from plumbline.bundle import reading
from plumbline.bundle.files import Golden, Lineage, Reference
from plumbline.ingest.splitting import Split
from plumbline.judge import gate, rules, slices
from plumbline.judge.leakage import Leakage
from plumbline.kernel import canonical, jsonfile, metrics, table
from plumbline.kernel.errors import PlumblineError
from plumbline.registry.uses import Uses

PARAMS = """\
train: {estimator: hist_gradient_boosting, seed: 0, coverage: 0.9, folds: 3, estimators: {}}
evaluate: {slice_by: quality}
bundle: {model: cases, golden_rows: 8, relative_tolerance: 1.0e-9, reference_bins: 5}
"""


def built(folder: Path, task: str) -> Path:
    """Build a bundle of small boosted trees from files as the pipeline has them; give its folder."""
    contract = cases.rules(task)
    (folder / "contract.yaml").write_text(yaml.safe_dump(contract.model_dump(mode="json", exclude_none=True)))
    for name, seed, first in (("training", 0, 0), ("evaluation", 5, 1000)):
        frame = cases.frame(300, seed, task)
        table.write_tsv(frame.assign(id=frame["id"] + first), folder / f"{name}.tsv")
    frame = table.read_tsv(folder / "training.tsv", contract)
    model = cases.model("hist_gradient_boosting", cases.SMALL_TREES, "log", frame, task)
    canonical.dump(cases.preprocessor(frame), folder / "preprocessor.joblib")
    canonical.dump(model, folder / "model.joblib")
    jsonfile.write(folder / "metrics.json", {"rows": 300})
    (folder / "data.yaml").write_text("extract: {table: cases}\n")
    (folder / "model.yaml").write_text(PARAMS)
    names = ["contract.yaml", "training.tsv", "evaluation.tsv", "preprocessor.joblib", "model.joblib", "metrics.json"]
    sources = bundle.Sources(*(folder / name for name in [*names, "data.yaml", "model.yaml"]))
    sha256, parity = bundle.build(sources, folder / "bundle")
    assert reading.verify(folder / "bundle", sha256, None)[0] == sha256
    assert parity < 1e-12
    return folder / "bundle"


@pytest.mark.parametrize("task", cases.TASKS)
def test_a_bundle_says_what_its_model_promises_and_the_gate_measures_what_the_pipeline_did(
    task: str, tmp_path: Path
) -> None:
    made, contract = built(tmp_path, task), cases.rules(task)
    described = reading.part(made, bundled.Contract)
    golden = reading.part(made, Golden)
    assert (described.task, described.target.categories) == (task, cases.CLASSES.get(task, ()))
    assert len(golden.values(contract.outputs)) == 8
    assert reading.part(made, Lineage).packages["scikit-learn"]
    assert set(reading.part(made, Reference).outputs) == set(cases.CLASSES.get(task, ()))

    training, evaluation = (table.read_tsv(tmp_path / f"{name}.tsv", contract) for name in ("training", "evaluation"))
    data = gate.Standard(contract, training, evaluation, "quality", Split(), evaluation_md5="")
    mine, frame = data.score(made), data.evaluation
    model = canonical.load(tmp_path / "model.joblib")
    given = cases.data(data.training, task)
    steps = cases.preprocessor(data.training)
    X = steps.transform(frame[list(contract.columns)])
    rows = type(given)(given.names, given.categories, frame["id"].to_numpy(), X, given.y)
    theirs = evaluate.predict(model, rows, frame, contract, "quality")
    for name, value in metrics.score(theirs, contract).items():
        assert metrics.score(mine, contract)[name] == pytest.approx(value), name

    limits = gate.Limits(
        absolute={"rows": rules.Bounds(minimum=300)},
        coverage=rules.Coverage(tolerance=0.1),
        champion=rules.Champion(
            compare=True, metric="rmsle" if task == "regression" else "log_loss", confidence=0.95, resamples=200, seed=1
        ),
        slices=slices.Slices(rows=30, worse=0.2),
        budget=rules.Budget(size=10_000_000, latency=1000),
        leakage=Leakage(rows=0),
    )
    report = gate.judge(made, made, data, limits, Uses(1), promotion=True)
    assert gate.refused(report) == []
    leaking = dataclasses.replace(data, training=frame)
    assert gate.refused(gate.judge(made, made, leaking, limits, Uses(1))) == ["leakage"]


def test_a_bundle_of_another_task_cannot_be_compared(tmp_path: Path) -> None:
    made = built(tmp_path, "binary")
    frame = cases.frame(10, task="multiclass")
    data = gate.Standard(cases.rules("multiclass"), frame, frame, "quality", Split(), evaluation_md5="")
    with pytest.raises(PlumblineError, match=r"answers a binary task with other classes than data/contract\.yaml has"):
        data.score(made)


def test_a_portable_form_that_differs_is_refused_with_what_was_measured(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers = portable.answers
    monkeypatch.setattr(portable, "answers", lambda *given: answers(*given) * 1.001)
    with pytest.raises(PlumblineError, match=r"differs from the training pipeline by up to .* \(relative\), more than"):
        built(tmp_path, "binary")
