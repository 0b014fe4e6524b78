"""What a cluster answers once it is done: which model its pods serve, and the price that `api` gives."""

import time
from pathlib import Path
from typing import Any

from plumbline.bundle import BundleError, parity, reading
from plumbline.bundle.contract import Contract
from plumbline.bundle.files import Golden
from plumbline.deploy import diagnosis
from plumbline.deploy.cluster import Cluster
from plumbline.deploy.diagnosis import Finding, Snapshot
from plumbline.deploy.overlay import Overlay
from plumbline.kernel.errors import PlumblineError

_PAUSE = 2.0  # seconds between two prices
_GRACE = 20.0  # seconds for which a pod of the version before may still answer


def pods(cluster: Cluster, seen: Snapshot) -> dict[str, Any]:
    """Ask each pod of predict which model it serves; give the description by pod."""
    found = {}
    for pod in _ready(seen, "predict"):
        name = str(pod["metadata"]["name"])
        status, found[name] = cluster.ask(name, 8001, "GET", "/v1/model")
        if status != 200:
            raise PlumblineError(f"pod {name} does not say which model it serves: {found[name]}")
    return found


def compare(described: dict[str, Any], where: Overlay) -> list[Finding]:
    """Compare the models that answer with the bundle of the overlay."""
    wanted = where.bundle().sha256
    if not described:
        return [Finding("bundle", where.environment, "no pod of predict is ready", "look again: plumb deploy verify")]
    answering = {pod: model["model"]["bundle_sha256"] for pod, model in described.items()}
    return [
        Finding("bundle", f"Pod {pod}", f"it serves {sha256} and not {wanted}", "was this commit pushed?")
        for pod, sha256 in answering.items()
        if sha256 != wanted
    ]


def price(cluster: Cluster, seen: Snapshot, bundle: Path, key: str) -> dict[str, Any]:
    """Price the first golden row of a bundle, whose folder is named by its sha256, through api.

    Raises:
        PlumblineError: api refuses, or its price is not the training pipeline's.
    """
    pods = _ready(seen, "api")
    if not pods:
        raise PlumblineError("no pod of api is ready")
    expected = reading.part(bundle, Golden)
    body, end = {"input": expected.rows[0]}, time.monotonic() + _GRACE
    while True:
        status, answer = cluster.ask(pods[0]["metadata"]["name"], 8000, "POST", "/v1/predictions", body, key)
        if status != 201:
            raise PlumblineError(f"api does not answer: {status} {answer}")
        # A pod of the version before may still answer on a connection that it is about to close.
        if answer["model"]["bundle_sha256"] == bundle.name or time.monotonic() > end:
            break
        time.sleep(_PAUSE)
    try:
        parity.check(reading.part(bundle, Contract), expected, 0, answer)
    except BundleError as error:
        raise PlumblineError(f"api does not answer as it must: {error}") from None
    result: dict[str, Any] = answer
    return result


def check_lineage(answer: dict[str, Any], commit: str) -> None:
    """Check that a prediction comes from the commit that the registry names.

    Raises:
        PlumblineError: It comes from another one.
    """
    answered = answer["lineage"]["git_commit"]
    if answered != commit:
        raise PlumblineError(f"the prediction says that commit {answered} made its model, the registry {commit}")


def _ready(seen: Snapshot, service: str) -> list[Any]:
    """Give the ready pods of a service."""
    labelled = [pod for pod in seen.pods if pod["metadata"].get("labels", {}).get("app.kubernetes.io/name") == service]
    return [pod for pod in labelled if diagnosis.ready(pod)]
