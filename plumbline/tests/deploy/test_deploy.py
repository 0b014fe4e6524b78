"""Where a deployment's commits and bundles are looked for."""

from pathlib import Path

import pytest

from plumbline.deploy import commits
from plumbline.deploy.overlay import Overlay
from plumbline.kernel.errors import PlumblineError
from plumbline.registry import store
from plumbline.testing.repository import run

IDENTITY = ("-c", "user.name=Tester", "-c", "user.email=tester@localhost")
FOLDER = "infrastructure/kubernetes/overlays/staging"


def commit(clone: Path, file: str, text: str) -> str:
    (clone / file).parent.mkdir(parents=True, exist_ok=True)
    (clone / file).write_text(text)
    run(clone, "git", "add", file)
    run(clone, "git", *IDENTITY, "commit", "--quiet", "--message", f"Change {file}")
    return run(clone, "git", "rev-parse", "HEAD").stdout.strip()


@pytest.fixture
def clones(tmp_path: Path) -> tuple[Path, Path]:
    """Two clones of one repository that has an overlay: ours, and that of a colleague."""
    ours, theirs = tmp_path / "ours", tmp_path / "theirs"
    run(tmp_path, "git", "init", "--quiet", "--initial-branch=main", "theirs")
    commit(theirs, f"{FOLDER}/kustomization.yaml", "resources: []\n")
    commit(theirs, f"{FOLDER}/bundle.env", "BUNDLE_SHA256=1\n")
    run(tmp_path, "git", "clone", "--quiet", "theirs", "ours")
    return ours, theirs


def test_argo_cd_may_be_at_a_commit_that_came_after_this_clone(clones: tuple[Path, Path]) -> None:
    ours, theirs = clones
    overlay = Overlay("staging", ours)
    elsewhere = commit(theirs, "README.md", "new")
    assert not commits.changed_since(elsewhere, overlay, ours)
    deployed = commit(theirs, f"{FOLDER}/bundle.env", "BUNDLE_SHA256=2\n")
    assert commits.changed_since(deployed, overlay, ours)


def test_a_commit_that_nobody_knows_has_another_overlay(clones: tuple[Path, Path]) -> None:
    ours, _ = clones
    assert commits.changed_since("f" * 40, Overlay("staging", ours), ours)


def test_a_file_of_a_bundle_is_fetched_or_said_to_be_missing(tmp_path: Path) -> None:
    (tmp_path / "store").mkdir()
    (tmp_path / "store/golden.json").write_bytes(b"{}")
    uri, target = f"file://{tmp_path}/store", tmp_path / "here/golden.json"
    store.fetch(uri, "golden.json", target)
    assert target.read_bytes() == b"{}"
    with pytest.raises(PlumblineError, match=r"store/release\.json cannot be read"):
        store.fetch(uri, "release.json", target)
