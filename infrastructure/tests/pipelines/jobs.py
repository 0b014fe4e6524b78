"""What is wrong with a job of Ray, beyond what every pod must have."""

import re
import shlex
from collections.abc import Iterator

from cyclopts import CycloptsError

from infrastructure.tests.manifests.objects import Pod, of, pods
from infrastructure.tests.manifests.rendering import Object
from plumbline.cli import app
from plumbline.testing.repository import ROOT

_GROUP = {"plumbline/node-group": "pipelines"}
_TOLERATION = {"key": "plumbline/node-group", "value": "pipelines", "effect": "NoSchedule"}
_API_SERVER = "/var/run/secrets/kubernetes.io/serviceaccount"


def faults(objects: list[Object]) -> list[str]:
    """What each job has too much or too little of."""
    found = []
    for job in of(objects, "RayJob"):
        of_job = [*_of_command(job), *_of_end(job), *_of_size(job)]
        of_pods = [fault for pod in pods([job]) for fault in _of_pod(pod)]
        found += [f"{job['metadata']['name']}: {fault}" for fault in (*of_job, *of_pods)]
    return found


def _of_command(job: Object) -> Iterator[str]:
    words = job["spec"]["entrypoint"]
    if words != shlex.join(shlex.split(words)):
        yield f"the submitter's shell would not leave `{words}` as it is"
    head, plumb = words.partition("python -m plumbline.cli ")[::2]
    try:
        app.build().parse_args(["nothing"] if head else plumb.split(), exit_on_error=False, print_error=False)
    except CycloptsError:
        yield f"`{words}` is no command of plumb"


def _of_end(job: Object) -> Iterator[str]:
    spec = job["spec"]
    if not spec.get("activeDeadlineSeconds"):
        yield "has no deadline"
    if not spec.get("shutdownAfterJobFinishes") or not spec.get("ttlSecondsAfterFinished"):
        yield "leaves its cluster behind"


def _of_size(job: Object) -> Iterator[str]:
    cluster = job["spec"]["rayClusterSpec"]
    (pinned,) = re.findall(r"^ray==(\S+)", (ROOT / "requirements/ray.txt").read_text(), flags=re.M)
    if cluster["rayVersion"] != pinned:
        yield f"is of Ray {cluster['rayVersion']}, and requirements/ray.txt of {pinned}"
    if cluster["headGroupSpec"]["rayStartParams"].get("num-cpus") != "0":
        yield "has a head that works, and may end for want of memory"
    for group in cluster["workerGroupSpecs"]:
        bounded = 0 == group.get("minReplicas") < group.get("maxReplicas", 0)
        if not cluster.get("enableInTreeAutoscaling") or not bounded:
            yield f"does not grow from nothing to a bound: {group['groupName']}"


def _of_pod(pod: Pod) -> Iterator[str]:
    if pod.spec.get("nodeSelector") != _GROUP or _TOLERATION not in pod.spec.get("tolerations", []):
        yield "has a pod that runs elsewhere than on the nodes of the pipelines"
    if pod.spec.get("serviceAccountName") != "ray":
        yield "has a pod of another identity than `ray`"
    if pod.labels.get("plumbline.dev/ray") != "true":
        yield "has a pod that the others cannot reach"
    for container in pod.containers:
        mounted = {mount["mountPath"] for mount in container.get("volumeMounts", [])}
        if (_API_SERVER in mounted) != (container["name"] == "autoscaler"):
            yield f"has a container that may ask the API server, or cannot: {container['name']}"
    for container in pod.spec["containers"]:
        probes = [container.get(probe, {}) for probe in ("livenessProbe", "readinessProbe")]
        if container["name"] in {"head", "worker"} and not all("httpGet" in probe for probe in probes):
            yield f"has a probe of KubeRay's own, for which the image lacks wget: {container['name']}"
