"""MLflow: one run for one execution of the pipeline, whatever stages it consists of.

`train` opens the run, or takes up the one that `MLFLOW_RUN_ID` names. The later stages find it by the hash of the model
that they work on, so that no state but MLflow's own is needed. `MLFLOW_TRACKING_URI` names another server.
"""

import functools
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, ParamSpec, TypeVar
from urllib.parse import urlsplit

import mlflow
import onnx
import sqlalchemy
from mlflow.entities import Dataset, DatasetInput, LifecycleStage, Metric, Param, RunTag
from mlflow.exceptions import MlflowException
from mlflow.utils.credentials import get_default_host_creds
from mlflow.utils.rest_utils import http_request

from plumbline.kernel import git, hashing, jsonfile
from plumbline.kernel.errors import PlumblineError

DEFAULT_URI = "sqlite:///.plumbline/mlflow.db"
_SQLITE = "sqlite:///"
_PATIENCE = 5  # seconds that a server has to answer at first
_CONNECT = {
    "postgresql": "connect_timeout",
    "mysql": "connect_timeout",
    "mssql": "timeout",
}  # how their drivers call it
MODEL_URI = "logged_model"  # the tag of a run that names its MLflow model
_MODEL = "model_sha256"
_Given = ParamSpec("_Given")
_Result = TypeVar("_Result")


def client() -> mlflow.MlflowClient:
    """Connect to the tracking server.

    Raises:
        PlumblineError: It does not answer within seconds.
    """
    uri = os.environ.get("MLFLOW_TRACKING_URI") or DEFAULT_URI
    os.environ.setdefault("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "3")  # seconds until an error, not MLflow's minutes
    mlflow.set_tracking_uri(uri)
    _reach(uri)
    return mlflow.MlflowClient(uri)


@functools.cache
def _reach(uri: str) -> None:
    """Ask a server once for an answer: MLflow itself tries ten times, and for minutes."""
    scheme = urlsplit(uri).scheme.partition("+")[0]
    try:
        if scheme in ("http", "https"):
            http_request(
                get_default_host_creds(uri), "/health", "GET", max_retries=0, timeout=_PATIENCE, raise_on_status=False
            )
        elif scheme == "sqlite":
            Path(uri.removeprefix(_SQLITE)).parent.mkdir(parents=True, exist_ok=True)
            sqlalchemy.inspect(sqlalchemy.create_engine(uri))
        elif scheme in _CONNECT:
            sqlalchemy.inspect(sqlalchemy.create_engine(uri, connect_args={_CONNECT[scheme]: _PATIENCE}))
    except (ImportError, MlflowException, OSError, sqlalchemy.exc.SQLAlchemyError) as error:
        reason = str(getattr(error, "orig", None) or error).strip().partition("\n")[0]
        raise PlumblineError(
            f"MLflow at {git.strip_credentials(uri)} does not answer: start it, or name another with"
            f" MLFLOW_TRACKING_URI ({reason})"
        ) from None


def explained(main: Callable[_Given, _Result]) -> Callable[_Given, _Result]:
    """Let `main` end with a sentence, not a traceback, where MLflow refuses something or does not answer."""

    @functools.wraps(main)
    def wrapped(*given: _Given.args, **named: _Given.kwargs) -> _Result:
        try:
            return main(*given, **named)
        except MlflowException as error:
            reason = str(error.message).partition("\n")[0]
            raise PlumblineError(f"MLflow at {git.strip_credentials(mlflow.get_tracking_uri())}: {reason}") from error

    return wrapped


def experiment(name: str | None = None) -> str:
    """Find or create an experiment, that of `MLFLOW_EXPERIMENT_NAME` or `plumbline` by default; give its id.

    Raises:
        PlumblineError: It was deleted.
    """
    name = name or os.environ.get("MLFLOW_EXPERIMENT_NAME") or "plumbline"
    server = client()
    found = server.get_experiment_by_name(name)
    if found and found.lifecycle_stage == LifecycleStage.DELETED:
        raise PlumblineError(
            f"the MLflow experiment {name!r} was deleted: `mlflow experiments restore --experiment-id"
            f" {found.experiment_id}` brings it back, and MLFLOW_EXPERIMENT_NAME names another"
        )
    if found:
        return str(found.experiment_id)
    uri = mlflow.get_tracking_uri()
    # Without a server the artifacts lie beside the database, wherever this is called from.
    file = Path(uri.removeprefix(_SQLITE)) if uri.startswith(_SQLITE) else None
    location = (file.parent / "mlartifacts").resolve().as_uri() if file else None
    return str(server.create_experiment(name, artifact_location=location))


@contextmanager
def training(inputs: list[Path], parameters: dict[str, Any], output: Path) -> Iterator[None]:
    """Track the training that happens inside, and the model that it leaves at `output`.

    Args:
        inputs: The data files that the training depends on.
        parameters: Nested parameters; they are logged under dotted names.
        output: The model's file.
    """
    server = client()
    state = git.state()
    tags = {
        "mlflow.source.git.commit": state.commit or "unknown",
        "git.dirty": str(state.dirty).lower(),
    }
    lock = Path("dvc.lock")
    if lock.exists():
        tags["dvc.lock"] = hashing.digest(lock)
    run = os.environ.get("MLFLOW_RUN_ID")
    if not run:
        run = server.create_run(experiment(), run_name=(state.commit or "uncommitted")[:8]).info.run_id
    datasets = [_dataset(path, hashing.digest(path, "md5")) for path in inputs]
    server.log_batch(
        run,
        params=[Param(name, str(value)) for name, value in _flat(parameters)],
        tags=[RunTag(name, value) for name, value in tags.items()],
    )
    server.log_inputs(run, datasets)
    try:
        yield
    except BaseException:
        server.set_terminated(run, "FAILED")
        raise
    server.set_tag(run, _MODEL, hashing.digest(output))
    server.set_terminated(run)


def run_of(model: Path) -> str:
    """Give the id of the newest run that trained the model with these bytes; a new run if there is none."""
    given = os.environ.get("MLFLOW_RUN_ID")
    if given:
        return given
    server, sha256 = client(), hashing.digest(model)
    found = server.search_runs(
        [experiment()], f"tags.{_MODEL} = '{sha256}'", order_by=["start_time DESC"], max_results=1
    )
    if found:
        return str(found[0].info.run_id)
    state = git.state()
    tags = {
        _MODEL: sha256,
        "mlflow.source.git.commit": state.commit or "unknown",
        "trained": "elsewhere",
    }
    run = server.create_run(experiment(), run_name=(state.commit or "uncommitted")[:8], tags=tags)
    server.set_terminated(run.info.run_id)
    return str(run.info.run_id)


def record_evaluation(model: Path, metrics: dict[str, float], folder: Path) -> None:
    """Log the metrics, and the tables and plots of `folder`, to the run of `model`."""
    server, run = client(), run_of(model)
    now = time.time_ns() // 1_000_000
    server.log_batch(run, [Metric(name, value, now, 0) for name, value in metrics.items()])
    server.log_artifacts(run, str(folder), "evaluation")


def record_bundle(model: Path, bundle: Path, parity: float) -> None:
    """Log the bundle, its portable model as an MLflow model, and the measured parity to the run of `model`."""
    run = run_of(model)
    client().log_metric(run, "parity", parity)
    client().log_artifacts(run, str(bundle), "bundle")
    lineage = jsonfile.read(bundle / "lineage.json")
    raw = [_dataset(Path(path), entry["md5"]) for path, entry in lineage["data"].items()]
    client().log_inputs(run, raw)
    packages = lineage["packages"]
    with mlflow.start_run(run_id=run):
        logged = mlflow.onnx.log_model(
            onnx.load(bundle / "model.onnx"),
            name="model",
            pip_requirements=[
                f"onnxruntime=={packages['onnxruntime']}",
                f"onnx=={packages['onnx']}",
            ],
        )
    client().set_tag(run, MODEL_URI, logged.model_uri)


def _dataset(path: Path, md5: str) -> DatasetInput:
    return DatasetInput(Dataset(path.name, md5, "local", path.as_posix()))


def _flat(parameters: dict[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    for name, value in parameters.items():
        if isinstance(value, dict):
            yield from _flat(value, f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}", value
