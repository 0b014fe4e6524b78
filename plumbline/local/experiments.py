"""Variants of the model: searched by Optuna, queued by DVC, or run as an MLflow project."""

import sys
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from plumbline.dvc import call
from plumbline.kernel import command
from plumbline.kernel.errors import PlumblineError

PARAMETERS = "model/params.yaml"
_HERE = Path(".plumbline")


def _server() -> str:
    """Give the server of the environment, or else this clone's own: DVC runs experiments in folders of their own."""
    from plumbline import tracking  # here, because MLflow takes seconds to import

    _HERE.mkdir(exist_ok=True)
    return tracking.variable("TRACKING_URI") or f"sqlite:///{_HERE.absolute()}/mlflow.db"


def tune(*, trials: int | None = None) -> None:
    """Search model/configs/search.yaml, resuming, and write the winner into model/params.yaml.

    Args:
        trials: How many, instead of what the file says.
    """
    call.show("repro", "--quiet", "featurize")
    command.show(sys.executable, "model/src/tune.py", *(["--trials", str(trials)] if trials else []))


def experiment(*values: Annotated[str, Parameter(name="KEY=VALUE,...")]) -> None:
    """Queue, run and compare variants of model/params.yaml, such as `train.seed=1,2 train.coverage=0.9`.

    Args:
        values: What varies, and the values of each.

    Raises:
        PlumblineError: Nothing varies.
    """
    if not values:
        raise PlumblineError("what is to vary? `plumb model experiment train.estimator=linear,dummy`")
    chosen = [word for value in values for word in ("--set-param", f"{PARAMETERS}:{value}")]
    where = {"MLFLOW_TRACKING_URI": _server(), "MLFLOW_EXPERIMENT_NAME": "experiments", "PYTHONPATH": "."}
    call.show("exp", "run", "--queue", *chosen, environment=where)
    call.show("exp", "run", "--run-all", environment=where)
    call.show("exp", "show", "--md", "--only-changed")


def project() -> None:
    """Run the whole pipeline as an MLflow project, in one run."""
    command.show(
        "mlflow",
        "run",
        ".",
        "--env-manager",
        "local",
        "--experiment-name",
        "plumbline",
        environment={"MLFLOW_TRACKING_URI": _server()},
    )
