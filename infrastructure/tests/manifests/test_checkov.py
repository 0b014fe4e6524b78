"""Checkov finds nothing in manifests and Dockerfiles that is not justified where it stands."""

import re
import subprocess
from pathlib import Path

import pytest

from infrastructure.tests.manifests import rendering
from infrastructure.tests.manifests.objects import title
from plumbline.testing.repository import ROOT, plant, run

Command = tuple[str, ...]
DOCKERFILES = sorted([ROOT / "model/Dockerfile", *ROOT.glob("services/*/Dockerfile")])
API = "base/api/deployment.yaml"


def scan(checkov: Command, framework: str, folder: Path) -> subprocess.CompletedProcess[str]:
    return run(folder, *checkov, "--framework", framework, "--directory", ".", check=False)


def rendered(root: Path, target: Path) -> Path:
    """Render everything that is applied to files of one folder."""
    target.mkdir()
    for folder in [*rendering.overlays(root), *(rendering.alone(root, name) for name in rendering.APART)]:
        (target / f"{folder.name}.yaml").write_text(rendering.text(folder))
    return target


def unjustified(root: Path) -> list[str]:
    """Name the skips of the overlays, and of folders applied apart, that give no reason of at least three words."""
    return [
        f"{title(item)}: {value}"
        for folder in [*rendering.overlays(root), *(rendering.alone(root, name) for name in rendering.APART)]
        for item in rendering.render(folder)
        for name, value in item["metadata"].get("annotations", {}).items()
        if name.startswith("checkov.io/skip") and len(value.partition("=")[2].split()) < 3
    ]


def test_checkov_finds_nothing_in_the_manifests(checkov: Command, copy: Path, tmp_path: Path) -> None:
    done = scan(checkov, "kubernetes", rendered(copy, tmp_path / "rendered"))

    assert done.returncode == 0, done.stdout
    assert re.search(r"Passed checks: [1-9]\d\d+, Failed checks: 0", done.stdout)


def test_checkov_names_a_privileged_container(checkov: Command, copy: Path, tmp_path: Path) -> None:
    plant(copy, API, "allowPrivilegeEscalation: false", "privileged: true")

    done = scan(checkov, "kubernetes", rendered(copy, tmp_path / "rendered"))

    assert done.returncode == 1
    assert "CKV_K8S_16" in done.stdout


def test_checkov_finds_nothing_in_the_dockerfiles(checkov: Command, tmp_path: Path) -> None:
    for file in DOCKERFILES:
        copied = tmp_path / file.relative_to(ROOT)
        copied.parent.mkdir(parents=True)
        copied.write_text(file.read_text())

    done = scan(checkov, "dockerfile", tmp_path)

    assert done.returncode == 0, done.stdout
    assert re.search(r"Passed checks: [1-9]\d+, Failed checks: 0", done.stdout)


def test_checkov_names_an_image_that_runs_as_root(checkov: Command, tmp_path: Path) -> None:
    (tmp_path / "Dockerfile").write_text(DOCKERFILES[0].read_text().replace("USER 10001:10001", "USER root"))

    done = scan(checkov, "dockerfile", tmp_path)

    assert done.returncode == 1
    assert "CKV_DOCKER_8" in done.stdout


def test_every_skip_is_justified_in_place(copy: Path) -> None:
    assert unjustified(copy) == []
    for file in DOCKERFILES:
        for reason in re.findall(r"checkov:skip=[^:\s]*:?(.*)", file.read_text()):
            assert len(reason.split()) >= 3, file


@pytest.mark.parametrize("reason", ["", "=", "=accepted"])
def test_an_unjustified_skip_is_named(copy: Path, reason: str) -> None:
    plant(copy, API, "  annotations:\n", f"  annotations:\n    checkov.io/skip9: CKV_K8S_20{reason}\n")

    assert f"Deployment api: CKV_K8S_20{reason}" in unjustified(copy)
