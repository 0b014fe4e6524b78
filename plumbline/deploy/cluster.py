"""What a cluster says: objects of an environment, the ends of logs, and the answers of its pods."""

import datetime
import http.client
import json
from typing import Any

from kubernetes import client, config
from kubernetes.client.exceptions import ApiException
from kubernetes.config import ConfigException
from kubernetes.stream import portforward
from urllib3.exceptions import HTTPError

from plumbline.deploy.diagnosis import Snapshot
from plumbline.kernel.errors import PlumblineError

_ARGO = ("argoproj.io", "v1alpha1")
_RECENT = 300  # seconds for which an event counts
_TAIL = 40  # lines of a log: probes log, too


class Cluster:
    """A namespace of the cluster that KUBECONFIG, or the pod that this runs in, names."""

    def __init__(self, namespace: str, argocd: str = "argocd") -> None:
        """Connect.

        Args:
            namespace: The environment's.
            argocd: Where Argo CD keeps its Applications.

        Raises:
            PlumblineError: There is no configuration of a cluster.
        """
        try:
            config.load_config()
        except (ConfigException, FileNotFoundError) as error:
            raise PlumblineError(f"which cluster? set KUBECONFIG to its file: {error}") from None
        self.namespace, self._argocd = namespace, argocd
        self._core, self._custom = client.CoreV1Api(), client.CustomObjectsApi()

    def snapshot(self, application: str) -> Snapshot:
        """Read everything that a diagnosis looks at.

        Raises:
            PlumblineError: The cluster does not answer, or refuses.
        """
        try:
            pods = self._plain(self._core.list_namespaced_pod(self.namespace))
            seen = Snapshot(
                application=self._application(application),
                rollouts=self._own("rollouts"),
                analyses=self._own("analysisruns"),
                pods=[pod for pod in pods if _counts(pod)],
                events=[one for one in self._plain(self._core.list_namespaced_event(self.namespace)) if _recent(one)],
            )
            for pod in seen.pods:
                for container in _failed(pod):
                    seen.logs[pod["metadata"]["name"], container["name"]] = self._log(pod, container)
        except ApiException as error:
            raise PlumblineError(f"the cluster refuses: {error.status} {error.reason}: {_message(error)}") from None
        except HTTPError as error:
            raise PlumblineError(f"the cluster does not answer: {error}") from None
        return seen

    def ask(self, pod: str, port: int, method: str, path: str, body: object = None, key: str = "") -> tuple[int, Any]:
        """Ask a pod over HTTP, through the cluster's API; give status and content.

        Raises:
            PlumblineError: It does not answer.
        """
        forward = portforward(self._core.connect_get_namespaced_pod_portforward, pod, self.namespace, ports=str(port))
        connection = http.client.HTTPConnection("localhost", timeout=20)
        connection.sock = forward.socket(port)
        connection.sock.settimeout(20)
        headers = {"content-type": "application/json"} | ({"authorization": f"Bearer {key}"} if key else {})
        try:
            connection.request(method, path, None if body is None else json.dumps(body), headers)
            response = connection.getresponse()
            return response.status, json.loads(response.read())
        except (OSError, http.client.HTTPException, ValueError) as error:
            why = forward.error(port) or str(error) or "no answer"
            raise PlumblineError(f"pod {pod} does not answer on port {port}: {why}") from None
        finally:
            connection.close()

    def _application(self, name: str) -> Any:
        try:
            return self._custom.get_namespaced_custom_object(*_ARGO, self._argocd, "applications", name)
        except ApiException as error:
            if error.status == 404:
                return None
            raise

    def _own(self, plural: str) -> list[Any]:
        try:
            found = self._custom.list_namespaced_custom_object(*_ARGO, self.namespace, plural)
        except ApiException as error:
            if error.status == 404:  # without Argo Rollouts there are no such kinds
                return []
            raise
        items: list[Any] = found["items"]
        return items

    def _log(self, pod: Any, container: Any) -> str:
        previous = "running" not in container.get("state", {}) and bool(container.get("lastState"))
        try:
            text = self._core.read_namespaced_pod_log(
                pod["metadata"]["name"],
                self.namespace,
                container=container["name"],
                previous=previous,
                tail_lines=_TAIL,
            )
        except ApiException:  # the container has not written anything yet, or is gone
            return ""
        return str(text)

    def _plain(self, listed: Any) -> list[Any]:
        items: list[Any] = self._core.api_client.sanitize_for_serialization(listed)["items"]
        return items


def _failed(pod: Any) -> list[Any]:
    status = pod.get("status", {})
    every = [*status.get("initContainerStatuses", []), *status.get("containerStatuses", [])]
    return [
        one
        for one in every
        if not one.get("ready") and ({"terminated", "running"} & one.get("state", {}).keys() or one.get("lastState"))
    ]


def _counts(pod: Any) -> bool:
    """Tell whether a pod belongs to the present: it is not on its way out, and no job that ended a while ago."""
    if pod["metadata"].get("deletionTimestamp"):
        return False
    ended = pod.get("status", {}).get("phase") in {"Succeeded", "Failed"}
    return not ended or _age(pod["metadata"]["creationTimestamp"]) < _RECENT


def _recent(event: Any) -> bool:
    at = event.get("lastTimestamp") or event.get("eventTime") or event["metadata"].get("creationTimestamp")
    return bool(at) and _age(at) < _RECENT


def _age(at: str) -> float:
    """Give the seconds since a time in ISO 8601."""
    return (datetime.datetime.now(datetime.UTC) - datetime.datetime.fromisoformat(at)).total_seconds()


def _message(error: ApiException) -> str:
    try:
        return str(json.loads(error.body)["message"])
    except (ValueError, KeyError, TypeError):
        return ""
