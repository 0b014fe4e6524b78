"""Build the bundle, all that a service needs to answer (docs/bundle.md), and record the execution that it ends."""

from plumbline.kernel import runtime

if __name__ == "__main__":
    runtime.pin()  # before the imports below take seconds that a new start would take again

import argparse
import importlib
import platform
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pandas as pd
from pydantic import Field

from model.src import boosters, description, golden, models, portable, reference
from model.src.calibration import CalibratedClassifier
from model.src.models import Model
from plumbline import tracking
from plumbline.bundle import SCHEMA_VERSION, writing
from plumbline.bundle.files import Artifact, Data, Lineage
from plumbline.kernel import canonical, contract, hashing, jsonfile, log, stage, table
from plumbline.kernel.config import Strict, read_yaml, section
from plumbline.kernel.errors import PlumblineError

_SECTIONS = {"data": ("extract", "preprocess"), "model": ("train", "evaluate", "bundle")}
_PACKAGES = ("scikit-learn", "numpy", "scipy", "onnx", "onnxruntime", "skl2onnx")


class Parameters(Strict):
    """The section `bundle` of model/params.yaml.

    Attributes:
        model: Its name.
        golden_rows: How many rows a service repeats.
        relative_tolerance: By how much the portable model may differ from the training pipeline.
        absolute_tolerance: By how much it may differ where the answer is near zero: in the target's unit, or of a
            probability.
        reference_bins: In how many bins numbers are counted.
    """

    model: str
    golden_rows: int
    relative_tolerance: float = Field(gt=0)
    absolute_tolerance: float = Field(default=1e-9, ge=0)
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
    graph = portable.export(preprocessor, model, rules, parameters.model)
    rows = pd.concat(frames, ignore_index=True)
    relative, absolute = parameters.relative_tolerance, parameters.absolute_tolerance
    wanted = models.expected(model, preprocessor.transform(rows[list(rules.columns)]))
    parity = portable.difference(portable.answers(portable.session(graph), rows, rules), wanted, relative, absolute)
    if not parity <= relative:
        raise PlumblineError(
            f"the portable model differs from the training pipeline by up to {parity:.3g} (relative), more than"
            f" bundle.relative_tolerance = {relative:g} allows"
        )
    sha256 = writing.write(
        folder,
        model=graph.SerializeToString(),
        contract=description.describe(rules, model, parameters.model),
        golden=golden.choose(frames[1], wanted[len(frames[0]) :], rules, parameters.golden_rows, relative, absolute),
        reference=reference.describe(frames[0], model, rules, parameters.reference_bins),
        lineage=_lineage(sources, [len(frame) for frame in frames], _packages(model)),
    )
    return sha256, parity


def _packages(model: Model) -> dict[str, str]:
    """Give the versions of the libraries that the model came from."""
    fitted = model.estimator_ if isinstance(model, CalibratedClassifier) else model.point_
    own = boosters.library(fitted)
    added = {own: str(importlib.import_module(own).__version__)} if own in boosters.READERS else {}
    return {name: version(name) for name in _PACKAGES} | added


def _lineage(sources: Sources, rows: list[int], packages: dict[str, str]) -> Lineage:
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
        {"python": python} | packages,
    )


def trained_with(params: dict[str, Any]) -> dict[str, Any]:
    """Give the parameters that the training used, without those of other estimators."""
    own = {name: value for name, value in params["train"].items() if name != "estimators"}
    estimators: dict[str, dict[str, Any]] = params["train"]["estimators"]
    return own | estimators.get(own["estimator"], {})


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
