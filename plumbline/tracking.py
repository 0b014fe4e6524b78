"""MLflow: one run for one execution of the pipeline, whatever stages it consists of.

The last stage records what all of them left, for MLflow takes two seconds of CPU to load and connect, in each process
again. The run is a new one, or the one that `MLFLOW_RUN_ID` names. Later it is found by the hash of the model, so that
no state but MLflow's own is needed. `MLFLOW_TRACKING_URI` names another server.
"""

import functools
import os
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ParamSpec, TypeVar
from urllib.parse import urlsplit

import mlflow
import sqlalchemy
from mlflow.entities import Dataset, DatasetInput, LifecycleStage, Metric, Param, RunTag
from mlflow.exceptions import MlflowException
from mlflow.utils.credentials import get_default_host_creds
from mlflow.utils.rest_utils import http_request

from plumbline.bundle import reading
from plumbline.bundle.files import MODEL, Lineage
from plumbline.kernel import git, hashing, jsonfile
from plumbline.kernel.alone import alone
from plumbline.kernel.errors import PlumblineError

DEFAULT_URI = "sqlite:///.plumbline/mlflow.db"
_SQLITE = "sqlite:///"
_PATIENCE = 5  # seconds that a server has to answer at first
_CONNECT = {
    "postgresql": "connect_timeout",
    "mysql": "connect_timeout",
    "mssql": "timeout",
}  # how their drivers call it
_EXISTS = "RESOURCE_ALREADY_EXISTS"
MODEL_URI = "logged_model"  # the tag of a run that names its MLflow model
_MODEL = "model_sha256"
_Given = ParamSpec("_Given")
_Result = TypeVar("_Result")


def client() -> mlflow.MlflowClient:
    """Connect to the tracking server.

    Raises:
        PlumblineError: It does not answer within seconds.
    """
    uri = variable("TRACKING_URI") or DEFAULT_URI
    os.environ.setdefault("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "3")  # seconds until an error, not MLflow's minutes
    mlflow.set_tracking_uri(uri)
    _reach(uri)
    with _first_start(uri):
        return mlflow.MlflowClient(uri)


def variable(name: str) -> str:
    """Read MLFLOW_ and `name`, a variable of MLflow's own, which are read here alone; empty if it is not set."""
    return os.environ.get(f"MLFLOW_{name}", "")


def _first_start(uri: str) -> AbstractContextManager[None]:
    """Let one process at a time make the tables of an embedded store, which a first client does."""
    if not uri.startswith(_SQLITE):
        return nullcontext()
    database = Path(uri.removeprefix(_SQLITE))
    try:
        with closing(sqlite3.connect(database)) as connection:
            # MLflow makes its default experiment last.
            whole = connection.execute("SELECT 1 FROM experiments").fetchone() is not None
    except sqlite3.Error:
        whole = False
    return nullcontext() if whole else alone("first start of MLflow", database.with_name(f"{database.name}.lock"))


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
    name = name or variable("EXPERIMENT_NAME") or "plumbline"
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
    try:
        return str(server.create_experiment(name, artifact_location=location))
    except MlflowException as error:
        if error.error_code != _EXISTS:
            raise
        return experiment(name)  # another process was first


@dataclass(frozen=True)
class Execution:
    """What one execution of the pipeline left.

    Attributes:
        inputs: The data files that the model was trained on; the raw ones stand in the bundle's lineage.
        parameters: Nested parameters of the training; they are logged under dotted names.
        model: The model's file.
        metrics: The file of the evaluation's metrics.
        evaluation: The folder of its tables and plots.
        bundle: The bundle's folder.
        parity: Largest relative difference between the bundle's model and the training pipeline.
    """

    inputs: tuple[Path, ...]
    parameters: dict[str, Any]
    model: Path
    metrics: Path
    evaluation: Path
    bundle: Path
    parity: float


@explained
def record(execution: Execution) -> str:
    """Record an execution as an MLflow run, with the portable model as an MLflow model; give the run's id.

    Raises:
        PlumblineError: MLflow refuses, or does not answer.
    """
    server = client()
    commit, tags = _origin()
    run = variable("RUN_ID") or server.create_run(experiment(), run_name=commit[:8]).info.run_id
    try:
        _log(server, run, execution, tags)
    except BaseException:
        server.set_terminated(run, "FAILED")
        raise
    server.set_terminated(run)
    return str(run)


def _log(server: mlflow.MlflowClient, run: str, execution: Execution, tags: dict[str, str]) -> None:
    import onnx  # here, because commands that ask the registry need none

    tags = tags | {_MODEL: hashing.digest(execution.model)}
    lock = Path("dvc.lock")
    if lock.exists():
        tags["dvc.lock"] = hashing.digest(lock)
    now = time.time_ns() // 1_000_000
    measured = jsonfile.read(execution.metrics) | {"parity": execution.parity}
    server.log_batch(
        run,
        metrics=[Metric(name, value, now, 0) for name, value in measured.items()],
        params=[Param(name, str(value)) for name, value in _flat(execution.parameters)],
        tags=[RunTag(name, value) for name, value in tags.items()],
    )
    lineage = reading.part(execution.bundle, Lineage)
    inputs = [_dataset(path, hashing.digest(path, "md5")) for path in execution.inputs]
    raw = [_dataset(Path(path), entry.md5) for path, entry in lineage.data.items()]
    server.log_inputs(run, [*inputs, *raw])
    server.log_artifacts(run, str(execution.evaluation), "evaluation")
    server.log_artifacts(run, str(execution.bundle), "bundle")
    packages = lineage.packages
    with mlflow.start_run(run_id=run):
        logged = mlflow.onnx.log_model(
            onnx.load(execution.bundle / MODEL),
            name="model",
            pip_requirements=[f"{name}=={packages[name]}" for name in ("onnxruntime", "onnx")],
        )
    server.set_tag(run, MODEL_URI, logged.model_uri)


def run_of(model: Path) -> str:
    """Give the id of the newest run that trained the model with these bytes; a new run if there is none."""
    given = variable("RUN_ID")
    if given:
        return given
    server, sha256 = client(), hashing.digest(model)
    found = server.search_runs(
        [experiment()], f"tags.{_MODEL} = '{sha256}'", order_by=["start_time DESC"], max_results=1
    )
    if found:
        return str(found[0].info.run_id)
    commit, tags = _origin()
    run = server.create_run(experiment(), run_name=commit[:8], tags=tags | {_MODEL: sha256, "trained": "elsewhere"})
    server.set_terminated(run.info.run_id)
    return str(run.info.run_id)


def _origin() -> tuple[str, dict[str, str]]:
    """Give the commit that is checked out, `uncommitted` if there is none, and the tags that tell of it."""
    state = git.state()
    tags = {"mlflow.source.git.commit": state.commit or "unknown", "git.dirty": str(state.dirty).lower()}
    return state.commit or "uncommitted", tags


def _dataset(path: Path, md5: str) -> DatasetInput:
    return DatasetInput(Dataset(path.name, md5, "local", path.as_posix()))


def _flat(parameters: dict[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    for name, value in parameters.items():
        if isinstance(value, dict):
            yield from _flat(value, f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}", value
