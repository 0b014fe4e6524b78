"""What is taken off a cluster: the choice on recorded objects, the rest on a real API server."""

import contextlib
import uuid
from collections.abc import Iterator
from typing import Any

import pytest
from kubernetes import client, config
from kubernetes.client.exceptions import ApiException

from plumbline.cloud import applications
from plumbline.testing import needs

DANGLING = "plumbline.dev/nobody-serves-this"


def application(name: str, **metadata: Any) -> dict[str, Any]:
    return {"metadata": {"name": name, **metadata}}


def test_a_root_is_what_nothing_else_has_made() -> None:
    recorded = [
        application("root"),
        application("labelled", labels={"app.kubernetes.io/instance": "root"}),
        application("annotated", annotations={"argocd.argoproj.io/tracking-id": "root:argoproj.io/Application:a/b"}),
        application("generated", ownerReferences=[{"kind": "ApplicationSet", "name": "services"}]),
        application("by-helm", labels={"app.kubernetes.io/instance": "a-release"}),
    ]
    assert applications.roots(recorded) == ["root", "by-helm"]


@pytest.fixture
def api() -> client.ApiClient:
    needs.require("cluster")
    return config.new_client_from_config()


@pytest.fixture
def namespace(api: client.ApiClient) -> Iterator[str]:
    core: Any = client.CoreV1Api(api)
    name = f"destroy-{uuid.uuid4().hex[:8]}"
    core.create_namespace({"metadata": {"name": name}})
    yield name
    with contextlib.suppress(ApiException):  # the test has deleted it
        core.delete_namespace(name)


def test_an_application_whose_controller_is_gone_does_not_stay(api: client.ApiClient, namespace: str) -> None:
    # given
    objects: Any = client.CustomObjectsApi(api)
    body = {
        "apiVersion": "argoproj.io/v1alpha1",
        "kind": "Application",
        "metadata": {"name": "root", "finalizers": [DANGLING]},
        "spec": {
            "project": "default",
            "destination": {"namespace": namespace},
            "source": {"repoURL": "https://x.test"},
        },
    }
    objects.create_namespaced_custom_object("argoproj.io", "v1alpha1", namespace, "applications", body)
    # when
    gone = applications.remove(api, namespace, seconds=4)
    # then
    assert gone == ["root"]
    assert applications.remove(api, namespace, seconds=4) == []


def test_a_service_whose_controller_is_gone_does_not_stay(api: client.ApiClient, namespace: str) -> None:
    core: Any = client.CoreV1Api(api)
    spec = {"type": "LoadBalancer", "ports": [{"port": 80}]}
    core.create_namespaced_service(
        namespace,
        {"metadata": {"name": "front", "finalizers": ["service.kubernetes.io/load-balancer-cleanup"]}, "spec": spec},
    )
    assert f"{namespace}/front" in applications.remove_load_balancers(api, seconds=4)
    assert core.list_namespaced_service(namespace).items == []


def test_a_namespace_goes_with_what_is_in_it(api: client.ApiClient, namespace: str) -> None:
    assert applications.remove_namespace(api, namespace, seconds=300) == [namespace]
    assert applications.remove_namespace(api, namespace, seconds=300) == []
