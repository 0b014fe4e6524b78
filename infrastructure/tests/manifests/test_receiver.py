"""An overlay that takes the receiver as the README says leads Alertmanager to it."""

from pathlib import Path
from urllib.parse import urlsplit

import pytest

from infrastructure.tests import schemas
from infrastructure.tests.manifests import differences, references, rendering, security
from infrastructure.tests.manifests.objects import of, selected

STAGING, PRODUCTION = "overlays/staging", "overlays/production"


def test_the_overlays_have_no_fault(taken: Path) -> None:
    objects = rendering.render(taken / PRODUCTION)

    assert references.faults(objects) == []
    assert security.faults(objects) == []
    assert list(schemas.faults(objects)) == []
    assert differences.between(taken / STAGING, taken / PRODUCTION) == []


@pytest.mark.parametrize("overlay", [STAGING, PRODUCTION])
def test_alertmanager_calls_the_service_by_its_full_name(taken: Path, overlay: str) -> None:
    objects = rendering.render(taken / overlay)
    (config,) = (item for item in of(objects, "AlertmanagerConfig") if item["metadata"]["name"] == "plumbline-loop")
    (service,) = (item for item in of(objects, "Service") if item["metadata"]["name"] == "loop-receiver")

    url = urlsplit(config["spec"]["receivers"][0]["webhookConfigs"][0]["url"])

    assert url.hostname == f"loop-receiver.{service['metadata']['namespace']}.svc"
    assert url.port == service["spec"]["ports"][0]["port"]


def test_alertmanager_and_nobody_else_may_call_it(taken: Path) -> None:
    objects = rendering.render(taken / PRODUCTION)
    (policy,) = (item["spec"] for item in of(objects, "NetworkPolicy") if item["metadata"]["name"] == "loop-receiver")
    ((rule,), (peer,)) = policy["ingress"], policy["ingress"][0]["from"]

    assert rule["ports"] == [{"protocol": "TCP", "port": 8003}]
    assert selected(peer["namespaceSelector"], {"kubernetes.io/metadata.name": "monitoring"})
    assert not selected(peer["namespaceSelector"], {"kubernetes.io/metadata.name": "plumbline-production"})
    assert selected(peer["podSelector"], {"app.kubernetes.io/name": "alertmanager"})
    assert not selected(peer["podSelector"], {"app.kubernetes.io/name": "grafana"})


def test_it_may_call_github(taken: Path) -> None:
    objects = rendering.render(taken / PRODUCTION)
    (policy,) = (item["spec"] for item in of(objects, "NetworkPolicy") if item["metadata"]["name"] == "loop-receiver")

    assert {port["port"] for rule in policy["egress"] for port in rule["ports"]} == {53, 443}
