"""Whom the mesh and the network policies refuse: a step of the story. Each asks from a pod of its own."""

import json
from dataclasses import dataclass

from plumbline.kernel.errors import PlumblineError
from tests.acceptance.cluster import kube
from tests.acceptance.cluster.kube import Object, kubectl
from tests.acceptance.cluster.world import NAMESPACE, TESTBED, World
from tests.acceptance.story import until

_PREDICT, _API = f"http://predict.{NAMESPACE}:8001", f"http://api.{NAMESPACE}:8000"
_STORE, _DATABASE = f"object-store.{TESTBED}:443", f"postgresql.{TESTBED}:5432"
_LEAST = {"allowPrivilegeEscalation": False, "readOnlyRootFilesystem": True, "capabilities": {"drop": ["ALL"]}}
# Prints, as a JSON object, what came of each URL (a status) and of each host:port. It asks again for a while where that
# is not what is to come: Kubernetes lets a policy take hold a moment after the pod has begun.
_ASK = """
import json, socket, sys, time, urllib.error, urllib.request
def ask(where):
    try:
        if "//" in where:
            return urllib.request.urlopen(where, timeout=5).status
        host, port = where.split(":")
        socket.create_connection((host, int(port)), timeout=5).close()
        return "connected"
    except urllib.error.HTTPError as error:
        return error.code
    except OSError as error:
        reason = getattr(error, "reason", error)
        known = {TimeoutError: "no answer", ConnectionError: "closed"}
        return next((said for kind, said in known.items() if isinstance(reason, kind)), f"failed: {reason}")
def seen(where, wanted):
    for _ in range(5):
        if (found := ask(where)) == wanted:
            break
        time.sleep(2)
    return found
print(json.dumps({where: seen(where, wanted) for where, wanted in json.loads(sys.argv[1]).items()}))
"""


@dataclass(frozen=True)
class Stranger:
    """A pod that asks where it may not, and where it may.

    Attributes:
        name: Of its pod.
        sees: What is to come of each place it asks: an answer's status, `connected`, `closed`, or `no answer`.
        namespace: Where it runs.
        labels: What network policies know it by.
        account: Its service account: the identity it has in the mesh.
        sidecar: Whether it is in the mesh.
    """

    name: str
    sees: dict[str, int | str]
    namespace: str = NAMESPACE
    labels: tuple[str, ...] = ()
    account: str = "default"
    sidecar: bool = False


_CALLER, _READER = "plumbline.dev/calls-predict", "plumbline.dev/calls-database"
STRANGERS = (
    # Network policies: from another namespace, and out of a pod that may call predict and the database only.
    Stranger("outside", {f"{_PREDICT}/v1/model": "no answer", f"{_API}/livez": "no answer"}, TESTBED),
    Stranger("inside", {_STORE: "no answer", _DATABASE: "connected"}, labels=(_CALLER, _READER)),
    # Mutual TLS: whom the network lets through, but who has no identity.
    Stranger("nobody", {f"{_PREDICT}/v1/model": "closed"}, labels=(_CALLER,)),
    # Authorization: an identity that is not on the list, one that is, and one that may do a single thing.
    Stranger("other", {f"{_PREDICT}/v1/model": 403}, labels=(_CALLER,), account="retention", sidecar=True),
    Stranger("friend", {f"{_PREDICT}/v1/model": 200}, labels=(_CALLER,), account="api", sidecar=True),
    Stranger("judge", {f"{_PREDICT}/v1/model": 403}, labels=(_CALLER,), account="predict", sidecar=True),
)


def refused(story: World) -> str:
    """Let each stranger ask, and see what comes of it.

    Raises:
        PlumblineError: One of them sees something else.
    """
    own = kube.listed(NAMESPACE, "pods", "app.kubernetes.io/name=api")[0]["spec"]["containers"][0]["image"]
    try:
        for one in STRANGERS:
            kube.apply(one.namespace, _pod(one, story.known["testbed"] if one.namespace == TESTBED else own))
        wrong = [line for one in STRANGERS for line in _wrong(one)]
    finally:
        for one in STRANGERS:
            kubectl("-n", one.namespace, "delete", "pod", one.name, "--ignore-not-found", "--wait=false")
    if wrong:
        raise PlumblineError("; ".join(wrong))
    return "no way in from outside or without an identity on the list, none out to the store; a friend is answered"


def _wrong(one: Stranger) -> list[str]:
    """Say where a stranger saw something else than it is to see."""
    until(f"the stranger {one.name} has asked", lambda: _ended(one), 90)
    seen = json.loads(kubectl("-n", one.namespace, "logs", one.name, "--container", "ask"))
    return [
        f"the stranger {one.name} asked {where} and saw {seen[where]!r} instead of {wanted!r}"
        for where, wanted in one.sees.items()
        if seen[where] != wanted
    ]


def _ended(one: Stranger) -> bool:
    phase = (kube.get(one.namespace, "pod", one.name) or {})["status"].get("phase")
    if phase == "Failed":
        said = kubectl("-n", one.namespace, "logs", one.name, "--container", "ask")
        raise PlumblineError(f"the stranger {one.name} could not ask: {said}")
    return bool(phase == "Succeeded")


def _pod(one: Stranger, image: str) -> Object:
    labels = dict.fromkeys(one.labels, "true") | {"sidecar.istio.io/inject": str(one.sidecar).lower()}
    annotations = {"sidecar.istio.io/nativeSidecar": "true"}  # it runs before the question, and ends after it
    container = {
        "name": "ask",
        "image": image,
        "command": ["python", "-c", _ASK, json.dumps(one.sees)],
        "securityContext": _LEAST,
    }
    spec = {
        "restartPolicy": "Never",
        "serviceAccountName": one.account,
        "automountServiceAccountToken": False,
        "securityContext": {"runAsNonRoot": True, "runAsUser": 10001, "seccompProfile": {"type": "RuntimeDefault"}},
        "containers": [container],
    }
    metadata = {"name": one.name, "labels": labels, "annotations": annotations}
    return {"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": spec}
