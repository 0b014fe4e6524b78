"""Environments differ only where their overlays say so."""

from pathlib import Path

import pytest
import yaml

from infrastructure.tests.manifests import differences, rendering
from plumbline.testing.repository import plant

STAGING, PRODUCTION = "overlays/staging", "overlays/production"


def test_staging_and_production_differ_only_where_their_overlays_say() -> None:
    overlays = rendering.KUBERNETES / STAGING, rendering.KUBERNETES / PRODUCTION

    assert differences.between(*overlays) == []


def test_staging_and_production_have_the_same_parts() -> None:
    one, other = (
        yaml.safe_load((rendering.KUBERNETES / folder / "kustomization.yaml").read_text())
        for folder in (STAGING, PRODUCTION)
    )

    assert (one["resources"], one["components"]) == (other["resources"], other["components"])


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("  - ../../components/mesh\n", "", "PeerAuthentication services/spec/mtls/mode: None against 'STRICT'"),
        (
            "images:",
            "commonAnnotations: {team: ml}\nimages:",
            "Service api/metadata/annotations/team: 'ml' against None",
        ),
    ],
)
def test_a_difference_that_no_patch_names_is_found(copy: Path, old: str, new: str, message: str) -> None:
    plant(copy, f"{STAGING}/kustomization.yaml", old, new)

    found = differences.between(copy / STAGING, copy / PRODUCTION)

    assert [fault for fault in found if message in fault], found
