"""The API server refuses images that are not the house's own: a step of the story."""

import json

from plumbline.kernel.errors import PlumblineError
from tests.acceptance.cluster import kube
from tests.acceptance.cluster.kube import Object, kubectl
from tests.acceptance.cluster.world import NAMESPACE, World

_LEAST = {"allowPrivilegeEscalation": False, "capabilities": {"drop": ["ALL"]}}


def refused(story: World) -> str:
    """Ask for pods of other images, and of the own by a tag: as containers, as what prepares them, and to debug."""
    deployed = kube.listed(NAMESPACE, "pods", "app.kubernetes.io/name=api")[0]
    own = str(deployed["spec"]["containers"][0]["image"])
    tagged, other = own.rpartition(":")[0] + ":latest", own.replace("localhost/", "example.org/")
    _create(own)
    for image in (tagged, other):
        for given in ((image,), (own, image)):
            _expect(image, _create(*given, fails=True))
    debug = ("debug", deployed["metadata"]["name"], f"--image={other}", "--profile=restricted", "--", "true")
    _expect(other, kube.refusal("-n", NAMESPACE, *debug))
    return f"refused: {tagged} and {other}; admitted: {own}"


def _create(image: str, prepared_by: str = "", fails: bool = False) -> str:
    """Ask the server whether it would make a pod; nothing is kept."""
    spec: Object = {
        "securityContext": {"runAsNonRoot": True, "runAsUser": 10001, "seccompProfile": {"type": "RuntimeDefault"}},
        "containers": [{"name": "main", "image": image, "securityContext": _LEAST}],
    }
    if prepared_by:
        spec["initContainers"] = [{"name": "before", "image": prepared_by, "securityContext": _LEAST}]
    pod = json.dumps({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "stranger"}, "spec": spec})
    words = ("-n", NAMESPACE, "create", "--dry-run=server", "-f", "-")
    return kube.refusal(*words, stdin=pod) if fails else kubectl(*words, stdin=pod)


def _expect(image: str, said: str) -> None:
    if f"refused: {image}" not in said:
        raise PlumblineError(f"the image {image} is not refused by name: {said}")
