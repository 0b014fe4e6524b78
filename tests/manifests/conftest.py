"""A copy of the manifests, to change."""

import shutil
from pathlib import Path

import pytest

from tests.manifests import rendering


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A copy of the manifests, to combine components or plant faults in; what they include lies beside it."""
    shutil.copytree(rendering.KUBERNETES.parent / "monitoring", tmp_path / "monitoring")
    return shutil.copytree(rendering.KUBERNETES, tmp_path / "kubernetes")
