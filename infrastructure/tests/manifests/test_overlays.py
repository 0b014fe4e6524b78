"""Every overlay, and every set of components that one may choose, renders to objects without a fault."""

from pathlib import Path

import pytest

from infrastructure.tests.manifests import admission, measures, references, rendering, security
from infrastructure.tests.manifests.objects import title

OVERLAYS = [str(folder.relative_to(rendering.KUBERNETES / "overlays")) for folder in rendering.overlays()]
# What base/mlflow expects beside it, from Argo CD's Application `storage`.
_SECRET = ("MLFLOW_BACKEND_STORE_URI", "MLFLOW_AUTH_ADMIN_PASSWORD", "MLFLOW_FLASK_SERVER_SECRET_KEY", "basic_auth.ini")
STORAGE: list[rendering.Object] = [
    {"kind": "ConfigMap", "metadata": {"name": "storage"}, "data": {"MLFLOW_ARTIFACTS_DESTINATION": "s3://mlflow"}},
    {"kind": "Secret", "metadata": {"name": "mlflow"}, "data": dict.fromkeys(_SECRET, "")},
]


@pytest.mark.parametrize("name", OVERLAYS)
def test_an_overlay_has_no_fault(name: str) -> None:
    objects = rendering.render(rendering.KUBERNETES / "overlays" / name)

    assert objects
    assert references.faults(objects) == []
    assert security.faults(objects) == []
    assert measures.faults(objects) == []
    assert list(admission.faults(objects)) == []


@pytest.mark.parametrize("components", list(rendering.combinations()), ids="+".join)
def test_components_can_be_combined(copy: Path, components: tuple[str, ...]) -> None:
    objects = rendering.render(rendering.combine(copy, components))

    assert references.faults(objects) == []
    assert security.faults(objects) == []
    if "observability" in components:
        assert measures.faults(objects) == []


@pytest.mark.parametrize("folder", rendering.APART)
def test_a_folder_of_its_own_has_no_fault(copy: Path, folder: str) -> None:
    objects = [*rendering.render(rendering.alone(copy, folder)), *STORAGE]

    assert references.faults(objects) == []
    assert security.faults(objects) == []


@pytest.mark.parametrize("name", OVERLAYS)
def test_an_object_is_there_once(name: str) -> None:
    titles = [title(item) for item in rendering.render(rendering.KUBERNETES / "overlays" / name)]

    assert len(titles) == len(set(titles))
