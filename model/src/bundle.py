"""Build the bundle, all that a service needs to answer (docs/bundle.md), and record the execution that it ends."""

from plumbline.kernel import runtime

if __name__ == "__main__":
    runtime.pin()  # before the imports below take seconds that a new start would take again

import argparse
import platform
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import onnxruntime
import pandas as pd
from numpy.typing import NDArray
from sklearn.compose import ColumnTransformer

from model.src import portable, reference
from model.src.interval import IntervalRegressor
from plumbline import tracking
from plumbline.bundle import SCHEMA_VERSION, writing
from plumbline.bundle import contract as bundled
from plumbline.bundle.files import Artifact, Data, Golden, Lineage
from plumbline.kernel import canonical, contract, hashing, jsonfile, log, moments, stage, table
from plumbline.kernel.config import Strict, read_yaml, section
from plumbline.kernel.contract import Contract
from plumbline.kernel.errors import PlumblineError

_SECTIONS = {"data": ("extract", "preprocess"), "model": ("train", "evaluate", "bundle")}
_PACKAGES = ("scikit-learn", "numpy", "scipy", "onnx", "onnxruntime", "skl2onnx")


class Parameters(Strict):
    """The section `bundle` of model/params.yaml."""

    model: str
    golden_rows: int
    relative_tolerance: float
    reference_bins: int


@dataclass(frozen=True)
class Sources:
    """The files that a bundle is built from."""

    contract: Path
    training: Path
    evaluation: Path
    preprocessor: Path
    model: Path
    metrics: Path
    data_params: Path
    model_params: Path


def build(sources: Sources, folder: Path) -> tuple[str, float]:
    """Write the bundle to `folder`, which is made anew.

    Returns:
        The bundle's sha256, and the largest relative difference between the portable model and the training pipeline,
        over all rows.

    Raises:
        PlumblineError: The difference is larger than the parameters allow.
    """
    rules = contract.read(sources.contract)
    parameters = section(Parameters, sources.model_params, "bundle")
    preprocessor, model = canonical.load(sources.preprocessor), canonical.load(sources.model)
    frames = [table.read_tsv(path, rules) for path in (sources.training, sources.evaluation)]
    graph = portable.export(preprocessor, model, rules, parameters.model).SerializeToString()
    rows = pd.concat(frames, ignore_index=True)
    parity = _parity(graph, rows, preprocessor, model, rules)
    if not parity <= parameters.relative_tolerance:
        raise PlumblineError(
            f"the portable model differs from the training pipeline by up to {parity:.3g} (relative), more than"
            f" bundle.relative_tolerance = {parameters.relative_tolerance:g} allows"
        )
    sha256 = writing.write(
        folder,
        model=graph,
        contract=_contract(rules, parameters.model, model.coverage),
        golden=_golden(frames[1], preprocessor, model, rules, parameters),
        reference=reference.describe(frames[0], rules, parameters.reference_bins),
        lineage=_lineage(sources, [len(frame) for frame in frames]),
    )
    return sha256, parity


def expected(
    frame: pd.DataFrame, preprocessor: ColumnTransformer, model: IntervalRegressor, rules: Contract
) -> NDArray[np.float64]:
    """Give the training pipeline's own answers for raw rows, shape (rows, 3)."""
    return model.predict_interval(preprocessor.transform(frame[list(rules.columns)]))


def _parity(
    graph: bytes,
    frame: pd.DataFrame,
    preprocessor: ColumnTransformer,
    model: IntervalRegressor,
    rules: Contract,
) -> float:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(graph, options)
    answers = portable.answers(session, frame, rules)
    wanted = expected(frame, preprocessor, model, rules)
    return float(np.max(np.abs(answers - wanted) / np.maximum(np.abs(wanted), np.finfo(float).tiny)))


def _contract(rules: Contract, model: str, coverage: float) -> bundled.Contract:
    target = rules.target
    return bundled.Contract(
        SCHEMA_VERSION,
        model=model,
        target=bundled.Target(target.name, target.unit or "", target.description),
        interval=bundled.Interval(coverage),
        columns=msgspec.convert(
            [{"name": name} | column.describe() for name, column in rules.columns.items()], tuple[bundled.Column, ...]
        ),
        json_schema=rules.json_schema(),
    )


def _golden(
    frame: pd.DataFrame,
    preprocessor: ColumnTransformer,
    model: IntervalRegressor,
    rules: Contract,
    parameters: Parameters,
) -> Golden:
    """Choose rows that spread over the range of the predictions."""
    answers = expected(frame, preprocessor, model, rules)
    order = np.argsort(answers[:, 0], kind="stable")
    chosen = order[np.linspace(0, len(order) - 1, min(parameters.golden_rows, len(order))).astype(int)]
    return Golden(
        SCHEMA_VERSION,
        parameters.relative_tolerance,
        [_row(frame.iloc[i], rules) for i in chosen],
        [dict(zip(rules.outputs, answers[i].tolist(), strict=True)) for i in chosen],
    )


def _row(values: "pd.Series[Any]", rules: Contract) -> dict[str, Any]:
    """Give a row as a request has it."""
    row: dict[str, Any] = {}
    for name, column in rules.columns.items():
        value = values[name]
        if column.type == "category":
            row[name] = value or None
        elif np.isnan(value):
            row[name] = None
        elif column.type in moments.PATTERNS:
            row[name] = moments.text(value, column.type)
        else:
            row[name] = {"integer": int, "boolean": bool}.get(column.type, float)(value)
    return row


def _lineage(sources: Sources, rows: list[int]) -> Lineage:
    """All that determined the model; neither commit nor time, for which see docs/bundle.md."""
    raw = (sources.training, sources.evaluation)
    artifacts = (sources.preprocessor, sources.model)
    files = {"data": read_yaml(sources.data_params), "model": read_yaml(sources.model_params)}
    python = ".".join(platform.python_version_tuple()[:2])
    return Lineage(
        SCHEMA_VERSION,
        {path.as_posix(): Data(hashing.digest(path, "md5"), count) for path, count in zip(raw, rows, strict=True)},
        {path.as_posix(): Artifact(hashing.digest(path)) for path in artifacts},
        {room: {name: files[room][name] for name in names if name in files[room]} for room, names in _SECTIONS.items()},
        jsonfile.read(sources.metrics),
        {"python": python} | {name: version(name) for name in _PACKAGES},
    )


def trained_with(params: dict[str, Any]) -> dict[str, Any]:
    """Give the parameters that the training used, without those of other estimators."""
    own = {name: value for name, value in params["train"].items() if name != "estimators"}
    estimators: dict[str, dict[str, Any]] = params["train"]["estimators"]
    return own | estimators[own["estimator"]]


def main() -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--contract", type=Path, default=Path("data/contract.yaml"))
    parser.add_argument("--training", type=Path, default=Path("data/raw/training_data.tsv"))
    parser.add_argument("--evaluation", type=Path, default=Path("data/raw/evaluation_data.tsv"))
    parser.add_argument("--preprocessor", type=Path, default=Path("data/preprocessor.joblib"))
    parser.add_argument("--model", type=Path, default=Path("model/artifacts/model.joblib"))
    parser.add_argument("--metrics", type=Path, default=Path("model/artifacts/metrics.json"))
    parser.add_argument("--data-params", type=Path, default=Path("data/params.yaml"))
    parser.add_argument("--model-params", type=Path, default=Path("model/params.yaml"))
    parser.add_argument("--features", type=Path, default=Path("data/features/train.parquet"), help="recorded")
    parser.add_argument("--plots", type=Path, default=Path("model/artifacts/evaluation"), help="recorded")
    parser.add_argument("--output", type=Path, required=True)
    arguments = vars(parser.parse_args())
    folder, features, plots = (arguments.pop(name) for name in ("output", "features", "plots"))
    sources = Sources(**arguments)
    sha256, parity = build(sources, folder)
    log.get("bundle").info("built", output=str(folder), sha256=sha256, parity=parity)
    trained = trained_with(read_yaml(sources.model_params))
    tracking.record(tracking.Execution((features,), trained, sources.model, sources.metrics, plots, folder, parity))


if __name__ == "__main__":
    stage.run(main)
