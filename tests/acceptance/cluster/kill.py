"""SIGKILL to every process of a pod, from the node: no signal before it, no grace, no endpoint taken away."""

import contextlib
from collections.abc import Iterator
from typing import Any

from plumbline.kernel.errors import PlumblineError
from tests.acceptance.cluster import kube
from tests.acceptance.cluster.kube import kubectl
from tests.acceptance.cluster.world import NAMESPACE
from tests.acceptance.story import until

KILLER = "plumbline-killer"
_STATUS = 128 + 9
# A container's host name is its pod's name; the pause container has none in its environment.
_SCRIPT = """
import os, pathlib, sys
wanted = b"HOSTNAME=" + sys.argv[1].encode()
for folder in pathlib.Path("/proc").glob("[0-9]*"):
    try:
        if wanted in (folder / "environ").read_bytes().split(b"\\0"):
            os.kill(int(folder.name), 9)
    except OSError:
        pass  # it has ended meanwhile
"""


@contextlib.contextmanager
def killer() -> Iterator[None]:
    """Keep a namespace in which pods may see the node's processes."""
    labels = {"pod-security.kubernetes.io/enforce": "privileged"}
    kube.apply("default", {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": KILLER, "labels": labels}})
    try:
        yield
    finally:
        kubectl("delete", "namespace", KILLER, "--ignore-not-found", "--timeout=120s")


def kill(pod: dict[str, Any], image: str) -> None:
    """Kill all processes of a pod of the story, and wait until the kubelet has seen that and started it again.

    Args:
        pod: The pod.
        image: One with Python that the node has.

    Raises:
        PlumblineError: It was not killed, or does not come back.
    """
    name = pod["metadata"]["name"]
    container = {
        "name": "kill",
        "image": image,
        "command": ["python3", "-c", _SCRIPT, name],
        "securityContext": {"privileged": True, "runAsUser": 0},
    }
    spec = {"hostPID": True, "nodeName": pod["spec"]["nodeName"], "restartPolicy": "Never", "containers": [container]}
    kube.apply(KILLER, {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": name}, "spec": spec})

    def back() -> bool:
        status = (kube.get(NAMESPACE, "pod", name) or {}).get("status", {})
        states = status.get("containerStatuses", [])
        codes = [state.get("lastState", {}).get("terminated", {}).get("exitCode") for state in states]
        return _STATUS in codes and all(state["ready"] for state in states)

    try:
        until(f"pod {name} killed and back", back, 90)
    except PlumblineError as error:
        raise PlumblineError(f"{error}\n{kubectl('-n', KILLER, 'logs', name, check=False)}") from None
