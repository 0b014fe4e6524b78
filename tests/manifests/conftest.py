"""The manifests, rendered once for all tests."""

import shutil
from pathlib import Path

import pytest

from tests.manifests import rendering


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A copy of the manifests, to combine components or plant faults in."""
    return shutil.copytree(rendering.KUBERNETES, tmp_path / "kubernetes")
