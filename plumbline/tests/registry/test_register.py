import pytest

from plumbline.kernel import hashing
from plumbline.kernel.errors import PlumblineError


def test_a_version_carries_all_that_it_was_built_from(workspace):
    released = workspace.register("a")

    tags = workspace.registry.version("1").tags
    assert tags["bundle_sha256"] == released["bundle_sha256"]
    assert tags["git_commit"] == workspace.git("rev-parse", "HEAD")
    assert tags["git_dirty"] == "false"
    assert tags["dvc_lock_sha256"] == hashing.digest(workspace.root / "dvc.lock")
    assert tags["data/raw/train.tsv.md5"] == hashing.digest(workspace.root / "model/artifacts/model.joblib", "md5")
    assert tags["gate_verdict"] == "pass"


def test_the_remotes_address_is_kept_without_its_password(workspace):
    workspace.register("a")

    tags = workspace.registry.version("1").tags
    assert (tags["dvc_remote"], tags["dvc_remote_url"]) == ("shared", "https://store.example/dvc")


def test_registering_again_is_no_new_version_and_no_new_entry(workspace):
    workspace.register("a")
    workspace.register_built()

    assert list(workspace.registry.versions()) == ["1"]
    assert [entry.event for entry in workspace.registry.ledger.entries()] == ["registered"]
    assert workspace.registry.aliases.read() == {"challenger": "1"}


def test_the_same_bundle_from_another_commit_is_a_new_version(workspace):
    workspace.register("a")
    workspace.git("commit", "--allow-empty", "--quiet", "--message", "Change a comment")

    assert workspace.register_built()["version"] == "2"


def test_registering_the_champion_again_makes_it_no_challenger(workspace):
    workspace.register("a")
    workspace.registry.promote("1", "automation:ci")

    workspace.register_built()

    assert workspace.registry.aliases.read() == {"champion": "1"}


def test_the_report_of_a_later_gate_is_attached_to_the_version_that_is_there(workspace):
    released = workspace.register("a", verdict=None)
    assert "gate_verdict" not in workspace.registry.version("1").tags

    workspace.write_gate(released["bundle_sha256"], "fail")
    workspace.register_built()

    tags = workspace.registry.version("1").tags
    assert (tags["gate_verdict"], tags["gate_failed"]) == ("fail", "mae")
    artifacts = workspace.registry.server.list_artifacts(released["run_id"], "gate")
    assert [item.path for item in artifacts] == ["gate/gate.json"]


def test_the_report_about_another_bundle_is_left_alone(workspace):
    workspace.write_gate("0" * 64, "pass")
    workspace.build("a")
    workspace.register_built()

    assert "gate_verdict" not in workspace.registry.version("1").tags


def test_says_what_to_run_where_there_is_no_bundle(workspace):
    with pytest.raises(PlumblineError, match="holds no bundle: run `dvc repro bundle`"):
        workspace.register_built()
