"""An overlay that takes Slack as the README says tells people of every alert that there is."""

import re
from pathlib import Path

import pytest

from infrastructure.tests.manifests import rendering
from infrastructure.tests.manifests.objects import of
from infrastructure.tests.monitoring import checks as monitoring_checks
from plumbline.testing.repository import ROOT


@pytest.fixture
def objects(taken: Path) -> list[rendering.Object]:
    """The objects of an overlay that takes Slack."""
    return rendering.render(taken / "overlays/production")


@pytest.fixture
def config(objects: list[rendering.Object]) -> rendering.Object:
    """The route to Slack."""
    (found,) = (item for item in of(objects, "AlertmanagerConfig") if item["metadata"]["name"] == "plumbline-slack")
    spec: rendering.Object = found["spec"]
    return spec


def test_every_alert_is_routed_and_a_page_is_sent_sooner(config: rendering.Object) -> None:
    (matcher,) = config["route"]["matchers"]
    (page,) = config["route"]["routes"]
    severities = {rule["labels"]["severity"] for _, rule in monitoring_checks.rules(ROOT) if "alert" in rule}

    assert severities == {"page", "ticket"}
    assert all(re.fullmatch(matcher["value"], severity) for severity in severities)
    assert page["matchers"] == [{"name": "severity", "value": "page"}]
    assert (page["groupWait"], config["route"]["groupWait"]) == ("30s", "5m")


def test_the_address_is_that_of_the_secret_that_the_overlay_makes(
    objects: list[rendering.Object], config: rendering.Object
) -> None:
    (secret,) = (item for item in of(objects, "ExternalSecret") if item["metadata"]["name"] == "alertmanager-slack")
    (receiver,) = config["receivers"]

    assert receiver["name"] == config["route"]["receiver"] == config["route"]["routes"][0]["receiver"]
    assert receiver["slackConfigs"][0]["apiURL"] == {"name": secret["spec"]["target"]["name"], "key": "url"}
    assert [entry["secretKey"] for entry in secret["spec"]["data"]] == ["url"]


def test_the_operator_sends_on_alerts_that_name_no_namespace() -> None:
    text = (ROOT / "infrastructure/argocd/platform/addons/kube-prometheus-stack.yaml").read_text()
    assert "    alertmanagerConfigMatcherStrategy: {type: None}\n" in text
