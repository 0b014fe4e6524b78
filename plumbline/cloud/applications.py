"""Take the workloads off a cluster while their controllers still run, so that these clean up after themselves."""

from collections.abc import Callable
from functools import partial
from typing import Any

from kubernetes import client
from kubernetes.client.exceptions import ApiException

from plumbline.cloud.wait import until

ARGO = "argoproj.io"
CASCADE = "resources-finalizer.argocd.argoproj.io"
_TRACKED = ("argocd.argoproj.io/tracking-id", "argocd.argoproj.io/instance")
_INSTANCE = "app.kubernetes.io/instance"


def roots(applications: list[dict[str, Any]]) -> list[str]:
    """Give the Applications that no other one and no ApplicationSet has made."""
    names = {one["metadata"]["name"] for one in applications}
    return [
        one["metadata"]["name"]
        for one in applications
        if not one["metadata"].get("ownerReferences")
        and not any(key in one["metadata"].get("annotations", {}) for key in _TRACKED)
        and one["metadata"].get("labels", {}).get(_INSTANCE) not in names - {one["metadata"]["name"]}
    ]


def remove(api: client.ApiClient, namespace: str = "argocd", seconds: float = 600) -> list[str]:
    """Delete the root Applications and wait for what they have deployed to go.

    An Application that is still there when the time is over has a finalizer that nobody serves: it is taken off.

    Returns:
        The Applications that were there.
    """
    objects: Any = client.CustomObjectsApi(api)
    kind = (ARGO, "v1alpha1", namespace, "applications")

    def listed() -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = _or_nothing(lambda: objects.list_namespaced_custom_object(*kind)["items"])
        return found

    there = listed()
    for name in roots(there):
        # Without the finalizer, Argo CD would forget the Application and leave all it has deployed.
        objects.patch_namespaced_custom_object(*kind, name, {"metadata": {"finalizers": [CASCADE]}})
        objects.delete_namespaced_custom_object(*kind, name)
    if not until(lambda: not listed(), seconds, pause=min(5, seconds / 4)):
        for one in listed():
            name = one["metadata"]["name"]
            _or_nothing(partial(objects.delete_namespaced_custom_object, *kind, name))
            freed = {"metadata": {"finalizers": None}}
            _or_nothing(partial(objects.patch_namespaced_custom_object, *kind, name, freed))
    return [one["metadata"]["name"] for one in there]


def remove_load_balancers(api: client.ApiClient, seconds: float = 300) -> list[str]:
    """Delete the Services of type LoadBalancer and wait until their controller has deleted what stands for them.

    Returns:
        The Services, as `namespace/name`.
    """
    core: Any = client.CoreV1Api(api)

    def listed() -> list[tuple[str, str]]:
        services = core.list_service_for_all_namespaces().items
        return [(one.metadata.namespace, one.metadata.name) for one in services if one.spec.type == "LoadBalancer"]

    there = listed()
    for namespace, name in there:
        core.delete_namespaced_service(name, namespace)
    if not until(lambda: not listed(), seconds, pause=min(5, seconds / 4)):
        for namespace, name in listed():
            freed = {"metadata": {"finalizers": None}}
            _or_nothing(partial(core.patch_namespaced_service, name, namespace, freed))
    return [f"{namespace}/{name}" for namespace, name in there]


def remove_namespace(api: client.ApiClient, name: str = "argocd", seconds: float = 300) -> list[str]:
    """Delete a namespace and all in it, and wait until it has gone.

    Returns:
        Its name, if it was there and has gone.
    """
    core: Any = client.CoreV1Api(api)
    try:
        core.delete_namespace(name)
    except ApiException as error:
        if error.status == 404:
            return []
        raise

    def gone() -> bool:
        try:
            core.read_namespace(name)
        except ApiException as error:
            return bool(error.status == 404)
        return False

    return [name] if until(gone, seconds) else []


def _or_nothing(ask: Callable[[], Any]) -> Any:
    """Give an empty list for a kind or an object that the cluster does not have."""
    try:
        return ask()
    except ApiException as error:
        if error.status == 404:
            return []
        raise
