"""What the checks ask of a list of Kubernetes objects."""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from infrastructure.tests.manifests.rendering import Object


class Pod(NamedTuple):
    """A pod's template and the object that makes pods of it."""

    owner: Object
    labels: Mapping[str, str]
    spec: Object

    @property
    def containers(self) -> list[Object]:
        """Containers and init containers."""
        return [*self.spec.get("initContainers", []), *self.spec["containers"]]

    @property
    def ports(self) -> set[str | int]:
        """Numbers and names of what its containers listen on."""
        listed = [port for container in self.spec["containers"] for port in container.get("ports", [])]
        return {port["containerPort"] for port in listed} | {port["name"] for port in listed if "name" in port}


def title(item: Object) -> str:
    """Kind and name, for messages."""
    return f"{item['kind']} {item['metadata']['name']}"


def of(objects: list[Object], *kinds: str) -> list[Object]:
    """The objects of some kinds."""
    return [item for item in objects if item["kind"] in kinds]


def names(objects: list[Object], *kinds: str) -> set[str]:
    """The names of the objects of some kinds."""
    return {item["metadata"]["name"] for item in of(objects, *kinds)}


def pods(objects: list[Object]) -> list[Pod]:
    """Every pod that the objects lead to, also those of the jobs of an analysis."""
    found = []
    for item in objects:
        for template in _templates(item):
            found.append(Pod(item, template.get("metadata", {}).get("labels", {}), template["spec"]))
    return found


def _templates(item: Object) -> Iterator[Object]:
    if item["kind"] in {"Deployment", "Rollout", "StatefulSet", "DaemonSet", "Job"}:
        yield item["spec"]["template"]
    elif item["kind"] == "CronJob":
        yield item["spec"]["jobTemplate"]["spec"]["template"]
    elif item["kind"] == "AnalysisTemplate":
        for metric in item["spec"]["metrics"]:
            if "job" in metric["provider"]:
                yield metric["provider"]["job"]["spec"]["template"]
    elif item["kind"] == "RayJob":
        yield from _of_ray_job(item["spec"])


def _of_ray_job(spec: Object) -> Iterator[Object]:
    """Submitter, head and workers, with what KubeRay puts into them (ray-operator, controllers/ray/common/pod.go)."""
    yield spec.get("submitterPodTemplate", {"spec": {"containers": []}})  # its own would not be restricted
    cluster = spec["rayClusterSpec"]
    head, options = cluster["headGroupSpec"]["template"], cluster.get("autoscalerOptions", {})
    ray = head["spec"]["containers"][0]
    beside = {"name": "autoscaler", "image": ray["image"], **options}
    yield head | {"spec": head["spec"] | {"containers": [*head["spec"]["containers"], beside]}}
    for group in cluster["workerGroupSpecs"]:
        worker = group["template"]
        ray = worker["spec"]["containers"][0]
        small = {"cpu": "200m", "memory": "256Mi"}
        waiting = {"name": "wait-gcs-ready", "image": ray["image"], "resources": {"requests": small, "limits": small}}
        waiting["securityContext"] = ray.get("securityContext", {})
        first = [*worker["spec"].get("initContainers", []), waiting]
        yield worker | {"spec": worker["spec"] | {"initContainers": first}}


def selected(selector: Mapping[str, Any], labels: Mapping[str, str]) -> bool:
    """Whether a selector, in either of its forms, takes something with these labels."""
    wanted = selector.get("matchLabels", {}) if {"matchLabels", "matchExpressions"} & selector.keys() else selector
    if not wanted.items() <= labels.items():
        return False
    for expression in selector.get("matchExpressions", []):
        value, among = labels.get(expression["key"]), expression.get("values", [])
        holds = {
            "In": value in among,
            "NotIn": value not in among,
            "Exists": value is not None,
            "DoesNotExist": value is None,
        }
        if not holds[expression["operator"]]:
            return False
    return True


def keys(objects: list[Object], kind: str) -> dict[str, set[str]]:
    """The keys of each ConfigMap or Secret by name; an ExternalSecret makes a Secret."""
    found = {
        item["metadata"]["name"]: {*item.get("data", {}), *item.get("stringData", {})} for item in of(objects, kind)
    }
    if kind == "Secret":
        for item in of(objects, "ExternalSecret"):
            target = item["spec"]["target"]
            templated = target.get("template", {}).get("data", {})
            found[target["name"]] = set(templated) or {entry["secretKey"] for entry in item["spec"]["data"]}
    return found
