"""Every secret that a manifest asks for is one that External Secrets may read in that environment."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from infrastructure.tests.argocd import rendering as argocd
from infrastructure.tests.manifests import rendering
from infrastructure.tests.manifests.objects import of, title
from plumbline.testing.repository import ROOT

POLICY = ROOT / "infrastructure/terraform/modules/workload-identity/policies.tf"
OUTPUTS = ROOT / "infrastructure/terraform/stacks/platform/outputs.tf"
SECRETS = {"alertmanager-slack", "api", "loop-receiver", "monitor"}
ENVIRONMENTS = ("staging", "production")


def unreadable(objects: list[rendering.Object], environment: str) -> Iterator[str]:
    """Secrets outside of what the environment's role may read."""
    for secret in of(objects, "ExternalSecret"):
        for entry in secret["spec"]["data"]:
            if not entry["remoteRef"]["key"].startswith(f"plumbline-{environment}/"):
                yield f"{title(secret)}: {entry['remoteRef']['key']}"


def test_the_role_reads_the_secrets_of_its_environment() -> None:
    assert ":secret:plumbline-${var.environment}/*" in POLICY.read_text()


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_every_secret_of_an_overlay_is_of_its_environment(taken: Path, environment: str) -> None:
    services = rendering.render(taken / "overlays" / environment)
    pipelines = rendering.render(ROOT / "infrastructure/pipelines/overlays" / environment)

    assert {item["metadata"]["name"] for item in of(services, "ExternalSecret")} == SECRETS
    assert of(pipelines, "ExternalSecret")
    assert list(unreadable([*services, *pipelines], environment)) == []


def test_the_local_overlay_asks_for_no_secret() -> None:
    assert of(rendering.render(rendering.KUBERNETES / "overlays/local"), "ExternalSecret") == []


def test_a_secret_of_another_environment_is_found(taken: Path) -> None:
    file = taken / "overlays/production/kustomization.yaml"
    file.write_text(file.read_text().replace("plumbline-production/loop-receiver", "plumbline-staging/loop-receiver"))

    found = list(unreadable(rendering.render(file.parent), "production"))

    assert found == ["ExternalSecret loop-receiver: plumbline-staging/loop-receiver"] * 3


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_the_secrets_of_mlflow_are_those_that_terraform_names(environment: str) -> None:
    # given the chart's values, which come from Terraform's output `mlflow` by annotations of the cluster
    applications = {item["metadata"]["name"]: item for item in argocd.platform(ROOT, environment)}
    values = applications["storage"]["spec"]["source"]["helm"]["valuesObject"]
    objects = argocd.template(ROOT / "infrastructure/argocd/storage", values)

    keys = {entry["remoteRef"]["key"] for item in of(objects, "ExternalSecret") for entry in item["spec"]["data"]}

    assert keys == {values["mlflow"]["database_secret_arn"], values["mlflow"]["admin_secret"]}
    outputs = OUTPUTS.read_text()
    assert all(name in outputs for name in ("= module.mlflow.admin_secret", "= module.mlflow.secret_arns.database"))
