import subprocess

import pytest

from plumbline.deploy import deployment
from plumbline.deploy.overlay import Image, Overlay
from plumbline.kernel import git
from plumbline.kernel.errors import PlumblineError

WHO = "human:test"
OLD, NEW = "sha256:" + "1" * 64, "sha256:" + "2" * 64


@pytest.fixture
def staging(workspace, tmp_path, monkeypatch):
    """An environment that runs nothing yet, in a store beside the workspace."""
    for variable, value in git.identity("test", "test@example.com").items():
        monkeypatch.setenv(variable, value)
    folder = workspace.root / "infrastructure/kubernetes/overlays/staging"
    folder.mkdir(parents=True)
    (folder / "kustomization.yaml").write_text(
        "# One comment.\n"
        "resources: [../../base/predict]\n"
        "images:\n"
        f"  - {{name: predict, newName: docker.io/plumbline/plumbline-predict, digest: '{OLD}'}} # another\n"
    )
    (folder / "bundle.env").write_text(
        f"BUNDLE_URI=file://{tmp_path}/store/toys/{'0' * 64}\nBUNDLE_SHA256={'0' * 64}\nX=1\n"
    )
    workspace.git("add", "--all")
    workspace.git("commit", "--quiet", "-m", "overlay")
    return Overlay("staging")


def deploy(workspace, staging, image="", bundle="", reason=""):
    return deployment.deploy(workspace.registry, staging, image, bundle, WHO, reason)


def changed_files(workspace):
    return workspace.git("show", "--name-only", "--format=", "HEAD").split()


def test_a_bundle_is_deployed_by_one_commit_that_changes_its_overlay_alone(workspace, staging, tmp_path):
    sha256 = workspace.register("first")["bundle_sha256"]

    done = deploy(workspace, staging, bundle="1", reason="asked for")

    assert staging.bundle().sha256 == sha256
    assert (tmp_path / "store/toys" / sha256 / "bundle.sig").is_file()
    assert changed_files(workspace) == ["infrastructure/kubernetes/overlays/staging/bundle.env"]
    assert workspace.git("log", "-1", "--format=%H").strip() == done["commit"]
    message = workspace.git("log", "-1", "--format=%B")
    assert "Deploy toys version 1 to staging" in message
    assert "asked for" in message
    entry = workspace.registry.ledger.entries()[-1]
    assert (entry.event, entry.environment, entry.version) == ("deployed", "staging", "1")
    assert staging.bundle_file.read_text().endswith("X=1\n")


def test_a_proposal_is_in_the_ledger_once_the_cluster_runs_it_and_then_once(workspace, staging):
    workspace.register("first")
    deployment.deploy(workspace.registry, staging, "", "1", WHO, "", proposal=True)
    assert [entry.event for entry in workspace.registry.ledger.entries()].count("deployed") == 0

    for _ in range(2):
        deployment.confirm(workspace.registry, staging, WHO)

    deployed = [entry for entry in workspace.registry.ledger.entries() if entry.event == "deployed"]
    assert [(entry.version, entry.environment) for entry in deployed] == [("1", "staging")]


def test_an_image_is_deployed_by_digest_and_comments_stay(workspace, staging):
    deploy(workspace, staging, image=f"docker.io/plumbline/plumbline-predict@{NEW}")

    assert staging.images()["predict"] == Image("predict", "docker.io/plumbline/plumbline-predict", digest=NEW)
    text = staging.kustomization.read_text()
    assert "# One comment." in text
    assert "# another" in text


@pytest.mark.parametrize(
    ("image", "message"),
    [
        ("docker.io/plumbline/plumbline-predict:latest", "may mean another image tomorrow"),
        (f"docker.io/plumbline/plumbline-predict:{'a' * 40}", "runs images by digest"),
        (f"docker.io/plumbline/plumbline-other@{NEW}", "has no image 'other'; it has: predict"),
        ("predict", "names no image"),
    ],
)
def test_an_image_that_may_change_or_is_unknown_is_refused_and_nothing_changes(workspace, staging, image, message):
    with pytest.raises(PlumblineError, match=message):
        deploy(workspace, staging, image=image)

    assert workspace.git("status", "--porcelain", "--untracked-files=no") == ""
    assert staging.images()["predict"].digest == OLD


def test_a_version_whose_gate_failed_is_refused(workspace, staging):
    workspace.register("bad", verdict="fail")

    with pytest.raises(PlumblineError, match="did not pass the gate"):
        deploy(workspace, staging, bundle="1")

    assert staging.bundle().sha256 == "0" * 64


def test_a_bundle_that_is_not_as_it_was_signed_is_refused(workspace, staging):
    sha256 = workspace.register("first")["bundle_sha256"]
    with (workspace.registry.store / "toys" / sha256 / "contract.json").open("a") as file:
        file.write(" ")

    with pytest.raises(PlumblineError, match="signature"):
        deploy(workspace, staging, bundle=sha256)

    assert staging.bundle().sha256 == "0" * 64


def test_a_deployment_does_not_take_other_changes_along(workspace, staging):
    workspace.register("first")
    (staging.folder / "kustomization.yaml").open("a").write("\n")

    with pytest.raises(PlumblineError, match="commit or restore first"):
        deploy(workspace, staging, bundle="1")


def test_deploying_what_runs_already_is_refused(workspace, staging):
    workspace.register("first")
    deploy(workspace, staging, bundle="1")

    with pytest.raises(PlumblineError, match="nothing to deploy"):
        deploy(workspace, staging, bundle="1")


def test_a_rollback_reverts_one_deployment_after_the_other_and_is_recorded(workspace, staging):
    first, second = (workspace.register(name)["bundle_sha256"] for name in ("first", "second"))
    for version in ("1", "2"):
        deploy(workspace, staging, bundle=version)
    deploy(workspace, staging, image=f"docker.io/plumbline/plumbline-predict@{NEW}")

    deployment.rollback(workspace.registry, staging, WHO, "wrong prices")
    assert (staging.images()["predict"].digest, staging.bundle().sha256) == (OLD, second)
    deployment.rollback(workspace.registry, staging, WHO, "wrong prices")
    assert staging.bundle().sha256 == first

    entry = workspace.registry.ledger.entries()[-1]
    assert (entry.version, entry.replaced, entry.reason) == ("1", "2", "rolled back: wrong prices")
    assert "This reverts commit" in workspace.git("log", "-1", "--format=%B")


def test_a_rollback_without_a_deployment_is_refused(workspace, staging):
    with pytest.raises(PlumblineError, match="git knows no deployment to staging"):
        deployment.rollback(workspace.registry, staging, WHO, "")


def test_a_rollback_that_does_not_fit_leaves_the_clone_as_it_was(workspace, staging):
    workspace.register("first")
    deploy(workspace, staging, bundle="1")
    staging.bundle_file.write_text("BUNDLE_URI=x/y\nBUNDLE_SHA256=z\n")
    workspace.git("commit", "--quiet", "--all", "-m", "by hand")

    with pytest.raises(PlumblineError, match="cannot be reverted"):
        deployment.rollback(workspace.registry, staging, WHO, "")

    assert workspace.git("status", "--porcelain", "--untracked-files=no") == ""


def test_an_unknown_environment_is_refused_with_those_there_are(workspace, staging):
    with pytest.raises(PlumblineError, match="ENV is one of staging"):
        Overlay("stagin")


def test_an_unknown_version_is_refused_with_those_there_are(workspace, staging):
    workspace.register("first")

    with pytest.raises(PlumblineError, match="no version or bundle '7'; versions: 1"):
        deploy(workspace, staging, bundle="7")


def test_a_store_that_holds_another_bundle_under_the_name_is_refused(workspace, staging, tmp_path):
    sha256 = workspace.register("first")["bundle_sha256"]
    other = tmp_path / "store/toys" / sha256
    other.mkdir(parents=True)
    (other / "manifest.json").write_text("{}")

    with pytest.raises(PlumblineError, match="holds another bundle than its name says"):
        deploy(workspace, staging, bundle="1")


def test_without_a_branch_there_is_nothing_to_commit_to(workspace, staging):
    workspace.register("first")
    subprocess.run(["git", "switch", "--quiet", "--detach"], check=True)

    with pytest.raises(PlumblineError, match="no branch is checked out"):
        deploy(workspace, staging, bundle="1")
