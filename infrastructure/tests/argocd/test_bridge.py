"""What Terraform writes is what Argo CD and the workflows read: the same names, in both directions."""

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from infrastructure.tests.argocd import checks, rendering
from plumbline.testing.repository import ROOT

OUTPUTS = "infrastructure/terraform/stacks/platform/outputs.tf"
BRIDGE = "infrastructure/argocd/applicationsets/platform.yaml"
# Each output of the platform, and where its value is read: a file and the text that reads it.
READERS = {
    "cluster": (BRIDGE, "plumbline.dev/cluster_name"),
    "region": (BRIDGE, "plumbline.dev/region"),
    "kms_key_arn": (BRIDGE, "plumbline.dev/kms_key_arn"),
    "karpenter_queue": (BRIDGE, "plumbline.dev/karpenter_queue"),
    "buckets": (BRIDGE, "plumbline.dev/bucket_data_cache"),
    "mlflow": (BRIDGE, "plumbline.dev/mlflow_database"),
    "workflow_role_arns": (".github/workflows/data-pipeline.yml", "vars.AWS_DATA_ROLE_ARN"),
    "service_accounts": ("infrastructure/argocd/platform/addons/external-secrets.yaml", "name: external-secrets"),
}


def disagreements(root: Path) -> Iterator[str]:
    """Outputs that are read and not there, or there and not read."""
    outputs = set(re.findall(r'^output "(\w+)"', (root / OUTPUTS).read_text(), flags=re.M))
    documented = set(re.findall(r"output `(\w+)`", (root / "docs/workflows.md").read_text()))
    for name, (file, text) in READERS.items():
        if name not in outputs:
            yield f"{name} is read by {file}, but the platform has no such output"
        if text not in (root / file).read_text():
            yield f"{name} was read by {file} as {text}, which is no longer there"
    yield from (f"{name} is an output of the platform that nothing reads" for name in sorted(outputs - READERS.keys()))
    yield from (
        f"docs/workflows.md names the output {name}, which is not there" for name in sorted(documented - outputs)
    )


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A copy of both sides of the bridge, to plant faults in."""
    for folder in ("infrastructure", "docs", ".github"):
        shutil.copytree(ROOT / folder, tmp_path / folder, ignore=shutil.ignore_patterns(".terraform*"))
    return tmp_path


def rename(file: Path, old: str, new: str) -> None:
    """Call something by another name in a file."""
    text = file.read_text()
    assert old in text
    file.write_text(text.replace(old, new))


def test_every_annotation_and_label_is_written_and_read() -> None:
    assert list(checks.annotations(ROOT)) == []


def test_every_output_is_there_and_read() -> None:
    assert list(disagreements(ROOT)) == []


def test_an_annotation_that_the_bridge_does_not_write_is_found(copy: Path) -> None:
    rename(copy / BRIDGE, "plumbline.dev/region", "plumbline.dev/area")
    assert sorted(checks.annotations(copy)) == [
        "plumbline.dev/area is read, but modules/gitops-bridge does not write it",
        "plumbline.dev/region is written, but no ApplicationSet reads it",
    ]
    with pytest.raises(rendering.RenderingError, match="region"):
        rendering.platform(copy, "staging")


def test_a_label_that_the_bridge_does_not_write_is_found(copy: Path) -> None:
    rename(copy / rendering.BRIDGE / "annotations.tf", "    istio  ", "    linkerd")
    assert sorted(checks.annotations(copy)) == [
        "addons.plumbline.dev/istio is read, but modules/gitops-bridge does not write it",
        "addons.plumbline.dev/linkerd is written, but no ApplicationSet reads it",
    ]


@pytest.mark.parametrize("name", READERS)
def test_an_output_that_was_renamed_is_found_by_name(name: str, copy: Path) -> None:
    rename(copy / OUTPUTS, f'output "{name}"', f'output "the_{name}"')
    found = list(disagreements(copy))
    assert f"{name} is read by {READERS[name][0]}, but the platform has no such output" in found
    assert f"the_{name} is an output of the platform that nothing reads" in found


def test_the_readme_describes_every_annotation() -> None:
    text = (ROOT / "infrastructure/argocd/README.md").read_text()
    table = text.split("| annotation `plumbline.dev/…`", 1)[1].split("\n\n", 1)[0]
    first = "\n".join(row.split("|")[1] for row in table.splitlines()[2:])
    assert set(re.findall(r"`(\w+)`", first)) == rendering.written(ROOT)
