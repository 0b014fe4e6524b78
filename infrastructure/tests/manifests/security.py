"""What every pod must have: pinned images, probes, resources, and no right that it does not need."""

import re
from collections.abc import Iterator

from infrastructure.tests.manifests.objects import Pod, of, pods, title
from infrastructure.tests.manifests.rendering import Object

# By digest, or where images are loaded by hand and have none, by the full hash of a commit.
_PINNED = re.compile(r".+(@sha256:[0-9a-f]{64}|:[0-9a-f]{40})")
_SERVERS = {"Deployment", "Rollout", "StatefulSet"}


def faults(objects: list[Object]) -> list[str]:
    """What is missing or too much in any pod."""
    found = [f"{title(pod.owner)}: {fault}" for pod in pods(objects) for fault in (*_of_pod(pod), *_of_containers(pod))]
    for namespace in of(objects, "Namespace"):
        level = namespace["metadata"].get("labels", {}).get("pod-security.kubernetes.io/enforce")
        if level != "restricted":
            found.append(f"{title(namespace)}: Pod Security is {level}, not restricted")
    for limits in of(objects, "LimitRange"):
        found += [f"{title(limits)}: {fault}" for limit in limits["spec"]["limits"] for fault in _of_limit(limit)]
    return found


def _of_limit(limit: Object) -> Iterator[str]:
    """Without a default, every container that names no limit of its own gets the maximum as limit and as request."""
    if limit["type"] == "Container":
        for resource in sorted(limit.get("max", {}).keys() - limit.get("default", {}).keys()):
            yield f"has a max of {resource} but no default"


def _of_pod(pod: Pod) -> Iterator[str]:
    context = pod.spec.get("securityContext", {})
    if context.get("runAsNonRoot") is not True or context.get("runAsUser", 0) == 0:
        yield "may run as root"
    if context.get("seccompProfile", {}).get("type") != "RuntimeDefault":
        yield "has no seccomp profile"
    if pod.spec.get("automountServiceAccountToken") is not False:
        yield "mounts a token that it does not need"
    if pod.spec.get("enableServiceLinks") is not False:
        yield "gets service links as variables, which the settings refuse"
    for name in ("hostNetwork", "hostPID", "hostIPC"):
        if pod.spec.get(name):
            yield f"has {name}"
    for volume in pod.spec.get("volumes", []):
        if "hostPath" in volume:
            yield f"volume {volume['name']} is a folder of the node"


def _of_containers(pod: Pod) -> Iterator[str]:
    started = pod.spec["containers"] if pod.owner["kind"] in _SERVERS else []
    for container in pod.containers:
        for fault in _of_container(container):
            yield f"container {container['name']} {fault}"
    for container in started:
        for probe in ("startupProbe", "livenessProbe", "readinessProbe"):
            if probe not in container:
                yield f"container {container['name']} has no {probe}"
        asked = [container.get(probe, {}).get("httpGet") for probe in ("livenessProbe", "readinessProbe")]
        if asked[0] and asked[0] == asked[1]:
            yield f"container {container['name']} is killed by the question that should only keep requests away"


def _of_container(container: Object) -> Iterator[str]:
    if not _PINNED.fullmatch(container["image"]):
        yield f"has the image {container['image']}, which is not pinned"
    resources = container.get("resources", {})
    if not {"cpu", "memory"} <= resources.get("requests", {}).keys() or "memory" not in resources.get("limits", {}):
        yield "lacks requests of CPU and memory, or a limit of memory"
    context = container.get("securityContext", {})
    if context.get("runAsNonRoot", True) is not True or context.get("runAsUser", 1) == 0:
        yield "may run as root"
    if context.get("allowPrivilegeEscalation") is not False or context.get("privileged"):
        yield "may gain privileges"
    if context.get("readOnlyRootFilesystem") is not True:
        yield "can write to its root filesystem"
    if context.get("capabilities", {}).get("drop") != ["ALL"] or context.get("capabilities", {}).get("add"):
        yield "keeps capabilities"
