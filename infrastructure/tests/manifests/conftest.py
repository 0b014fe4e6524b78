"""A copy of the manifests, to change."""

import re
import shutil
from pathlib import Path

import pytest
import yaml

from infrastructure.tests.manifests import rendering


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A copy of the manifests, to combine components or plant faults in; what they include lies beside it."""
    shutil.copytree(rendering.KUBERNETES.parent / "monitoring", tmp_path / "monitoring")
    return shutil.copytree(rendering.KUBERNETES, tmp_path / "kubernetes")


@pytest.fixture
def taken(copy: Path) -> Path:
    """A copy of the manifests whose cloud overlays take the receiver and Slack as the README of monitoring says."""
    blocks = re.findall(r"```yaml\n(.*?)```", (copy.parent / "monitoring/README.md").read_text(), flags=re.S)
    for environment in ("staging", "production"):
        file = copy / f"overlays/{environment}/kustomization.yaml"
        content = yaml.safe_load(file.read_text())
        for block in blocks:
            entries = yaml.safe_load(block.replace("plumbline-staging", f"plumbline-{environment}"))
            content |= {key: [*content.get(key, []), *more] for key, more in entries.items()}
        file.write_text(yaml.safe_dump(content))
    return copy
