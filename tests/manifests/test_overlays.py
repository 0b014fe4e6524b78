"""Every overlay, and every set of components that one may choose, renders to objects without a fault."""

from pathlib import Path

import pytest

from tests.manifests import references, rendering, security
from tests.manifests.objects import title

OVERLAYS = [str(folder.relative_to(rendering.KUBERNETES / "overlays")) for folder in rendering.overlays()]


@pytest.mark.parametrize("name", OVERLAYS)
def test_an_overlay_has_no_fault(name: str) -> None:
    objects = rendering.render(rendering.KUBERNETES / "overlays" / name)

    assert objects
    assert references.faults(objects) == []
    assert security.faults(objects) == []


@pytest.mark.parametrize("components", list(rendering.combinations()), ids="+".join)
def test_components_can_be_combined(copy: Path, components: tuple[str, ...]) -> None:
    objects = rendering.render(rendering.combine(copy, components))

    assert references.faults(objects) == []
    assert security.faults(objects) == []


@pytest.mark.parametrize("name", OVERLAYS)
def test_an_object_is_there_once(name: str) -> None:
    titles = [title(item) for item in rendering.render(rendering.KUBERNETES / "overlays" / name)]

    assert len(titles) == len(set(titles))
