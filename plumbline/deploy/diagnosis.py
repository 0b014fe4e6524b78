"""What keeps an environment from running what its overlay names, read from the cluster's own objects."""

import json
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

Object = Mapping[str, Any]

# What explains the rest, and is gone with the pod that showed it.
CAUSES = {"bundle", "crash", "image", "memory"}
_PULL = {"ErrImagePull", "ImagePullBackOff", "InvalidImageName", "ErrImageNeverPull", "RegistryUnavailable"}


@dataclass(frozen=True)
class Finding:
    """Something that is wrong.

    Attributes:
        problem: A word for it, such as `image`.
        where: Kind and name of the object that shows it.
        what: What the cluster says of it.
        remedy: What to do.
        final: Whether waiting cannot mend it.
    """

    problem: str
    where: str
    what: str
    remedy: str
    final: bool = False


@dataclass
class Snapshot:
    """The objects of an environment, as the API gives them.

    Attributes:
        application: Argo CD's Application; None if there is none.
        logs: The end of what a container wrote, by pod and container, for those that failed.
    """

    application: Object | None = None
    rollouts: list[Object] = field(default_factory=list)
    analyses: list[Object] = field(default_factory=list)
    pods: list[Object] = field(default_factory=list)
    events: list[Object] = field(default_factory=list)
    logs: dict[tuple[str, str], str] = field(default_factory=dict)


def diagnose(seen: Snapshot) -> list[Finding]:
    """Say what is wrong, the cause before what follows from it."""
    found = [*_of_application(seen.application), *_of_analyses(seen), *_of_rollouts(seen.rollouts)]
    for pod in seen.pods:
        found += _of_pod(pod, seen)
    unready = {_name(pod) for pod in seen.pods if not ready(pod)}
    found += _of_events(seen.events, unready)
    # One of a kind for each object: Kubernetes tells the same again and again.
    return list({(finding.problem, finding.where): finding for finding in reversed(found)}.values())[::-1]


def current(analysis: Object, rollouts: Iterable[Object]) -> bool:
    """Tell whether an AnalysisRun judges the pods that its Rollout wants now."""
    wanted = {rollout.get("status", {}).get("currentPodHash") for rollout in rollouts}
    return analysis["metadata"].get("labels", {}).get("rollouts-pod-template-hash") in wanted


def _of_application(application: Object | None) -> Iterator[Finding]:
    if application is None:
        yield Finding("argocd", "Application", "it does not exist", "apply infrastructure/argocd, or say --application")
        return
    where, status = f"Application {_name(application)}", application.get("status", {})
    for condition in status.get("conditions", []):
        if condition["type"].endswith("Error"):
            yield Finding("argocd", where, condition["message"], "mend the overlay or the repository's address")
    operation = status.get("operationState", {})
    if operation.get("phase") in {"Failed", "Error"}:
        yield Finding("argocd", where, operation.get("message", ""), "mend what the cluster refuses, and commit")


def _of_analyses(seen: Snapshot) -> Iterator[Finding]:
    for analysis in seen.analyses:
        status = analysis.get("status", {})
        if status.get("phase") not in {"Failed", "Error", "Inconclusive"} or not current(analysis, seen.rollouts):
            continue
        for result in status.get("metricResults", []):
            if result.get("phase") in {"Failed", "Error", "Inconclusive"}:
                remedy = (
                    "the canary was taken back; find the cause, then `plumb deploy rollback`: git must say what runs"
                )
                if status["phase"] == "Inconclusive":
                    remedy = (
                        "the canary waits; mend what hides its metrics, then `kubectl argo rollouts promote predict`"
                    )
                measured = [one.get("value") or one.get("message", "") for one in result.get("measurements", [])]
                yield Finding(
                    "analysis",
                    f"AnalysisRun {_name(analysis)}",
                    f"{result['name']} is {result['phase'].lower()}: {result.get('message') or ', '.join(measured)}",
                    remedy,
                    final=True,
                )


def _of_rollouts(rollouts: Iterable[Object]) -> Iterator[Finding]:
    for rollout in rollouts:
        status = rollout.get("status", {})
        if str(status.get("observedGeneration", "")) != str(rollout["metadata"].get("generation", "")):
            continue
        if status.get("abort") or status.get("phase") == "Degraded":
            yield Finding(
                "rollout",
                f"Rollout {_name(rollout)}",
                status.get("message", "it was aborted"),
                "the stable version serves; `plumb deploy rollback`, so that git says so, too",
                final=bool(status.get("abort")),
            )


def _of_pod(pod: Object, seen: Snapshot) -> Iterator[Finding]:
    where, status = f"Pod {_name(pod)}", pod.get("status", {})
    for condition in status.get("conditions", []):
        if condition["type"] == "PodScheduled" and condition["status"] == "False":
            yield Finding(
                "unschedulable", where, condition.get("message", ""), "add nodes, or ask for less CPU and memory"
            )
    for container in [*status.get("initContainerStatuses", []), *status.get("containerStatuses", [])]:
        yield from _of_container(pod, container, seen)


def _of_container(pod: Object, container: Object, seen: Snapshot) -> Iterator[Finding]:
    where = f"Pod {_name(pod)}, container {container['name']}"
    waiting = container.get("state", {}).get("waiting", {})
    reason, message = waiting.get("reason", ""), waiting.get("message", "")
    ended = container.get("state", {}).get("terminated") or container.get("lastState", {}).get("terminated") or {}
    said = seen.logs.get((_name(pod), container["name"]), "").strip()
    last = "\n".join(said.splitlines()[-3:])
    if reason in _PULL:
        remedy = "push the image, or name one that exists; a private registry needs imagePullSecrets"
        yield Finding("image", where, message or reason, remedy, final=reason != "ErrImagePull")
    elif reason == "CreateContainerConfigError":
        yield Finding("configuration", where, message, "make the ConfigMap or Secret that it names")
    elif container["name"] == "bundle" and ended.get("exitCode"):
        yield Finding("bundle", where, last or f"exit code {ended['exitCode']}", "deploy a bundle that is in the store")
    elif ended.get("reason") == "OOMKilled":
        yield Finding("memory", where, "it needed more memory than its limit", "raise the limit, or ask for less")
    elif ended.get("exitCode") and not container.get("ready"):
        yield Finding("crash", where, last or f"exit code {ended['exitCode']}", "mend what its log says")
    elif "running" in container.get("state", {}) and not container.get("ready") and (why := _refusal(said)):
        yield Finding("bundle", where, why, "deploy a bundle that is signed by a key which is trusted there")


def ready(pod: Object) -> bool:
    """Tell whether a pod is ready."""
    conditions = pod.get("status", {}).get("conditions", [])
    return any(one["type"] == "Ready" and one["status"] == "True" for one in conditions)


def _of_events(events: Iterable[Object], unready: Collection[str]) -> Iterator[Finding]:
    for event in events:
        message = event.get("message") or ""
        involved = event.get("involvedObject", {})
        where = f"{involved.get('kind', '')} {involved.get('name', '')}"
        if event.get("reason") == "FailedCreate" and "exceeded quota" in message:
            yield Finding("quota", where, message, "raise the ResourceQuota of the namespace, or ask for less")
        elif event.get("reason") == "FailedCreate" and "violates PodSecurity" in message:
            yield Finding("security", where, message, "the namespace enforces the restricted level: mend the manifest")
        elif event.get("reason") == "Unhealthy" and involved.get("name") in unready:
            yield Finding("probe", where, message, "look at the container's log, and at what the probe asks")
        elif event.get("reason") == "FailedMount":
            yield Finding("volume", where, message, "make the volume, ConfigMap or Secret that it names")


def _refusal(said: str) -> str:
    """Give why predict refused a bundle, from what it logged; "" if it did not."""
    for line in said.splitlines():
        try:
            entry = json.loads(line)
        except ValueError:
            continue
        if isinstance(entry, dict) and entry.get("event") == "bundle_refused":
            return str(entry.get("why"))
    return ""


def _name(item: Object) -> str:
    return str(item["metadata"]["name"])
