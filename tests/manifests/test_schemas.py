"""Every object is one that the API server takes."""

from pathlib import Path

import pytest

from tests.manifests import rendering, schemas

FOLDERS = [*rendering.overlays(), rendering.KUBERNETES / "base/mlflow"]


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_every_object_fits_the_schema_of_its_kind(folder: Path) -> None:
    assert list(schemas.faults(rendering.render(folder))) == []


@pytest.mark.parametrize("way", rendering.WAYS_OUT, ids="+".join)
def test_every_component_fits_the_schemas(copy: Path, way: tuple[str, ...]) -> None:
    additions = [name for name in rendering.ADDITIONS if name != "mesh"]
    objects = rendering.render(rendering.combine(copy, (*additions, *way, "mesh")))

    assert list(schemas.faults(objects)) == []


@pytest.mark.parametrize(
    ("kind", "change", "message"),
    [
        ("Rollout", {"apiVersion": "argoproj.io/v1"}, "Rollout predict: argoproj.io/v1 is served by no version"),
        ("Service", {"spec": {"port": 1}}, "Additional properties are not allowed ('port' was unexpected)"),
        ("VirtualService", {"spec": {"host": "a"}}, "Additional properties are not allowed ('host' was unexpected)"),
    ],
)
def test_a_planted_fault_is_found(kind: str, change: rendering.Object, message: str) -> None:
    objects = rendering.render(rendering.KUBERNETES / "overlays/staging")
    planted = [item | change for item in objects if item["kind"] == kind and item["metadata"]["name"] == "predict"]

    assert any(message in fault for fault in schemas.faults(planted))
