"""Every object is one that the API server takes."""

from pathlib import Path

import pytest

from infrastructure.tests import schemas
from infrastructure.tests.manifests import rendering

FOLDERS = [*rendering.overlays(), *(rendering.KUBERNETES / folder for folder in rendering.APART)]


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_every_object_fits_the_schema_of_its_kind(folder: Path) -> None:
    assert list(schemas.faults(rendering.render(folder))) == []


@pytest.mark.parametrize("way", rendering.WAYS_OUT, ids="+".join)
def test_every_component_fits_the_schemas(copy: Path, way: tuple[str, ...]) -> None:
    additions = [name for name in rendering.ADDITIONS if name != "mesh"]
    objects = rendering.render(rendering.combine(copy, (*additions, *way, "mesh")))

    assert list(schemas.faults(objects)) == []
