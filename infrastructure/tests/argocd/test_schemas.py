"""Argo CD takes its objects, and judges an Application as the waves need it."""

import pytest
from lupa.lua51 import LuaRuntime

from infrastructure.tests import schemas
from infrastructure.tests.argocd import checks, rendering
from plumbline.testing.repository import ROOT


@pytest.mark.parametrize("environment", ["staging", "production"])
def test_every_object_fits_the_schema_of_its_kind(environment: str) -> None:
    target = rendering.cluster(ROOT, environment)
    objects = [*rendering.bootstrap(), *rendering.platform(ROOT, environment)]
    for applicationset in rendering.applicationsets(ROOT):
        objects += [applicationset, rendering.generated(applicationset, target)]
    assert list(schemas.faults(objects)) == []


def test_a_field_that_does_not_exist_is_found() -> None:
    application = checks.applications(rendering.platform(ROOT, "staging"))["mlflow"]
    application["spec"]["syncPolicy"]["automated"]["selfheal"] = True
    (complaint,) = schemas.faults([application])
    assert complaint.startswith("Application mlflow: $.spec.syncPolicy.automated: Additional properties")


@pytest.mark.parametrize(
    ("status", "health"),
    [
        ({}, "Progressing"),
        ({"health": {"status": "Healthy"}, "sync": {"status": "OutOfSync"}}, "Progressing"),
        ({"health": {"status": "Healthy"}, "sync": {"status": "Synced"}}, "Healthy"),
        ({"health": {"status": "Healthy"}, "operationState": {"phase": "Succeeded"}}, "Healthy"),
        ({"health": {"status": "Degraded"}, "sync": {"status": "Synced"}}, "Degraded"),
    ],
    ids=["new", "never synced", "synced", "was synced", "degraded"],
)
def test_a_wave_waits_for_its_applications(status: rendering.Object, health: str) -> None:
    script = (ROOT / rendering.BRIDGE / "application_health.lua").read_text()
    lua = LuaRuntime()
    application = lua.table_from({"kind": "Application", "status": status}, recursive=True)
    judge = lua.eval(f"function(obj) {script} end")
    assert judge(application)["status"] == health
