"""What production may run: what staging was verified with, or what it ran before."""

import shutil

import pytest

from plumbline.deploy import deployment, promotion
from plumbline.deploy.overlay import Image, Overlay
from plumbline.kernel import git
from plumbline.kernel.errors import PlumblineError

WHO = "human:test"
NONE, OLD, NEW = ("sha256:" + digit * 64 for digit in "012")


def overlay(workspace, tmp_path, environment):
    folder = workspace.root / "infrastructure/kubernetes/overlays" / environment
    folder.mkdir(parents=True)
    (folder / "kustomization.yaml").write_text(
        "images:\n"
        f"  - {{name: api, newName: docker.io/x/plumbline-api, digest: '{NONE}'}}\n"
        f"  - {{name: predict, newName: docker.io/x/plumbline-predict, digest: '{NONE}'}} # kept\n"
    )
    (folder / "bundle.env").write_text(
        f"BUNDLE_URI=file://{tmp_path}/{environment}/toys/{'0' * 64}\nBUNDLE_SHA256={'0' * 64}\n"
    )
    return Overlay(environment)


@pytest.fixture
def environments(workspace, tmp_path, monkeypatch):
    """Staging, to which the first version and an image are deployed, and production, which runs nothing yet."""
    for variable, value in git.identity("test", "test@example.com").items():
        monkeypatch.setenv(variable, value)
    both = [overlay(workspace, tmp_path, name) for name in ("staging", "production")]
    workspace.git("add", "--all")
    workspace.git("commit", "--quiet", "-m", "overlays")
    workspace.register("first")
    deploy(workspace, both[0], OLD, "1")
    return both


def deploy(workspace, where, digest, version):
    deployment.deploy(workspace.registry, where, f"docker.io/x/plumbline-predict@{digest}", version, WHO, "")


def promote(workspace, staging, production):
    return promotion.promote(workspace.registry, staging, production, "asked for")


def check(workspace, production):
    return promotion.check(workspace.registry, production, "staging")


def test_production_gets_the_digests_and_the_bundle_that_staging_was_verified_with(workspace, environments, tmp_path):
    staging, production = environments
    promotion.record(workspace.registry, staging, WHO)

    done = promote(workspace, staging, production)

    assert promotion.named(production) == promotion.named(staging)
    sha256 = staging.bundle().sha256
    assert (tmp_path / "production/toys" / sha256 / "bundle.sig").is_file()
    assert workspace.git("log", "-1", "--format=%H") == done["commit"]
    assert "Promote staging to production" in workspace.git("log", "-1", "--format=%B")
    assert "# kept" in production.kustomization.read_text()
    changed = workspace.git("show", "--name-only", "--format=", "HEAD").split()
    assert {name.rpartition("/")[0] for name in changed} == {"infrastructure/kubernetes/overlays/production"}
    assert check(workspace, production) == [
        f"docker.io/x/plumbline-api@{NONE}",
        f"docker.io/x/plumbline-predict@{OLD}",
    ]


def test_what_was_not_verified_is_not_promoted(workspace, environments):
    staging, production = environments
    before = production.kustomization.read_text()
    with pytest.raises(PlumblineError, match="plumb deploy verify staging"):
        promote(workspace, staging, production)
    promotion.record(workspace.registry, staging, WHO)
    deploy(workspace, staging, NEW, "")
    with pytest.raises(PlumblineError, match=f"was not verified with .*{NEW}"):
        promote(workspace, staging, production)
    assert production.kustomization.read_text() == before


def test_a_digest_that_somebody_wrote_into_production_closes_the_gate(workspace, environments):
    staging, production = environments
    promotion.record(workspace.registry, staging, WHO)
    promote(workspace, staging, production)
    deploy(workspace, production, NEW, "")
    with pytest.raises(PlumblineError, match=f"staging was not verified with .*{NEW}"):
        check(workspace, production)


def test_a_bundle_of_another_day_with_verified_images_closes_the_gate(workspace, environments):
    staging, production = environments
    promotion.record(workspace.registry, staging, WHO)
    workspace.register("second")
    deployment.deploy(workspace.registry, staging, "", "2", WHO, "")
    promotion.record(workspace.registry, staging, WHO)
    production.set_image(Image.parse(f"docker.io/x/plumbline-predict@{NEW}"))
    deployment.publish(workspace.registry, production, "2")
    production.set_bundle(staging.bundle())
    with pytest.raises(PlumblineError, match="was not verified"):
        check(workspace, production)


def test_what_production_ran_before_may_run_again_and_so_may_what_did_not_change(workspace, environments):
    staging, production = environments
    for version, digest in (("1", OLD), ("2", NEW)):
        if version == "2":
            workspace.register("second")
            deploy(workspace, staging, digest, version)
        promotion.record(workspace.registry, staging, WHO)
        promote(workspace, staging, production)
    workspace.git("revert", "--no-edit", "HEAD")
    shutil.rmtree(workspace.root / ".plumbline", ignore_errors=True)  # neither ledger nor models are asked
    assert check(workspace, production) == []
    workspace.git("commit", "--quiet", "--allow-empty", "-m", "nothing")
    assert check(workspace, production) == []


def test_a_verification_is_told_once(workspace, environments):
    for _ in range(2):
        promotion.record(workspace.registry, environments[0], WHO)
    told = [entry for entry in workspace.registry.ledger.entries() if entry.event == "verified"]
    assert [(entry.environment, entry.version, entry.reason) for entry in told] == [
        ("staging", "1", f"api@{NONE} predict@{OLD}")
    ]


def test_environments_of_other_services_are_not_promoted(workspace, environments):
    staging, production = environments
    promotion.record(workspace.registry, staging, WHO)
    text = production.kustomization.read_text().replace("name: api", "name: other")
    production.kustomization.write_text(text)
    workspace.git("commit", "--quiet", "--all", "-m", "other services")
    with pytest.raises(PlumblineError, match="do not have the same images"):
        promote(workspace, staging, production)
