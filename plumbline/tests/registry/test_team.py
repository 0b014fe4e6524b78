"""Clones of one team: one MLflow, one repository whose branch holds the ledger, one store, one list of trusted keys."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from plumbline.kernel.errors import PlumblineError
from plumbline.registry import champion, lineage, signing, team
from plumbline.registry import shared as look
from plumbline.testing.repository import ROOT, run

ADA, CI = "human:ada", "automation:ci"
APPENDING = """
import sys
from pathlib import Path
from plumbline.registry.ledger import Fact, Ledger
from plumbline.registry.ledger_branch import LedgerBranch
class Nothing:
    def read(self): return []
    def write(self, head): pass
book = Ledger(LedgerBranch("ledger", Path(sys.argv[1])), Nothing(), "toys")
for number in range(3):
    book.append(Fact(event="deployed", actor=f"automation:{sys.argv[2]}", model="toys", version=str(number)))
"""


@pytest.fixture
def shared(workspace, tmp_path_factory):
    """What the team shares, named in the workspace's commit and pushed."""
    folder = tmp_path_factory.mktemp("shared")
    run(folder, "git", "init", "--quiet", "--bare", "--initial-branch", "main", "origin.git")
    key = Path("configs.pub.pem")
    shutil.copy(signing.public_key(), key)
    settings = {"store": str(folder / "models"), "public_key": str(key), "ledger": "branch:ledger"}
    team.CONFIG.parent.mkdir(parents=True)
    team.CONFIG.write_text(yaml.safe_dump(settings))
    workspace.git("add", "--force", "--all", "--", str(key), str(team.CONFIG))
    workspace.git("commit", "--quiet", "--message", "Share")
    workspace.git("remote", "add", "origin", str(folder / "origin.git"))
    workspace.git("push", "--quiet", "origin", "main")
    return folder


@pytest.fixture
def colleague(shared, tmp_path_factory, monkeypatch):
    """Go to a fresh clone of the same repository, by the same MLflow."""

    def go():
        clone = tmp_path_factory.mktemp("clones") / "clone"
        run(shared, "git", "clone", "--quiet", str(shared / "origin.git"), str(clone))
        monkeypatch.chdir(clone)
        return clone

    return go


def registry(workspace):
    """The registry as the clone where this is called sees it."""
    return type(workspace.registry)("toys", workspace.registry.server, workspace.registry.ledger, Path("models"))


def test_any_clone_promotes_compares_and_rolls_back_what_another_registered(workspace, shared, colleague):
    for name in ("a", "b"):
        workspace.register(name)
    colleague()

    registry(workspace).promote("1", ADA)
    registry(workspace).promote("2", ADA)
    registry(workspace).rollback(ADA)

    folder = champion.champion("toys", Path("elsewhere"))
    assert folder is not None
    assert (folder / "bundle.sig").is_file()
    assert not [link for link in lineage.of_version(registry(workspace), "2") if link.kind == "bundle" and link.broken]
    assert not signing.private_key().exists()
    told = run(shared / "origin.git", "git", "log", "--format=%s", "--reverse", "ledger").stdout.splitlines()
    assert told == [
        "Registered toys version 1",
        "Registered toys version 2",
        "Promoted toys version 1",
        "Promoted toys version 2",
        "Rolled-back toys version 1",
    ]


def test_a_clone_that_has_made_a_key_of_its_own_neither_trusts_it_nor_registers_with_it(workspace, colleague):
    released = workspace.register("a")
    theirs = workspace.store / "toys" / released["bundle_sha256"]
    colleague()
    signing.main()

    with pytest.raises(PlumblineError, match=r"is not one that configs\.pub\.pem names.*`plumb release keys --trust`"):
        signing.prepare()
    store = Path(team.store_of(theirs))
    shutil.rmtree(store)
    shutil.copytree(theirs, store)
    signing.sign(store, signing.private_key())
    with pytest.raises(PlumblineError, match=r"is not used: the signature of .* is not valid"):
        registry(workspace).promote("1", ADA)

    signing.main(trust=True)
    assert registry(workspace).promote("1", ADA)


def test_a_bundle_that_another_clone_released_keeps_its_release(workspace, colleague):
    first = workspace.register("a")
    shutil.rmtree(workspace.store)

    again = workspace.register_built()

    assert again == first
    assert list(workspace.registry.versions()) == ["1"]


def test_a_version_that_two_clones_made_at_the_same_moment_is_one(workspace, shared):
    workspace.register("a")
    known = workspace.registry.version("1")
    workspace.registry.server.create_model_version("toys", known.source, known.run_id, tags=known.tags)
    assert len(workspace.registry.versions()) == 2

    workspace.register_built()

    assert list(workspace.registry.versions()) == ["1"]
    assert [entry.version for entry in workspace.registry.ledger.entries()] == ["1"]


def test_a_promotion_that_a_rollback_came_before_is_decided_anew(workspace, shared, monkeypatch):
    for name in ("a", "b", "c"):
        workspace.register(name)
    for version in ("1", "2"):
        workspace.registry.promote(version, CI)
    other, slow = workspace.registry, workspace.registry
    append = slow.ledger.keeper.append

    def late(before, line):
        monkeypatch.setattr(slow.ledger.keeper, "append", append)
        other.rollback(ADA, "complaints")
        return append(before, line)

    monkeypatch.setattr(slow.ledger.keeper, "append", late)
    with pytest.raises(PlumblineError, match="human:ada rolled toys back to version 1"):
        slow.promote("3", CI)

    assert workspace.registry.aliases.read() == {"champion": "1", "challenger": "3"}
    assert [entry.event for entry in other.ledger.entries()][-1] == "rolled-back"


def test_a_clone_that_died_with_old_aliases_is_put_right_by_the_next_command(workspace, shared):
    for name in ("a", "b"):
        workspace.registry.promote(workspace.register(name)["version"], CI)
    workspace.registry.server.set_registered_model_alias("toys", "champion", "1")

    assert workspace.registry.promote("2", ADA).version == "2"

    assert workspace.registry.aliases.read() == {"champion": "2", "previous": "1"}


def test_every_line_of_clones_that_append_at_once_is_kept(workspace, shared, colleague):
    clones = [colleague() for _ in range(3)]
    writers = [
        subprocess.Popen(
            [sys.executable, "-c", APPENDING, str(clone), str(number)], env=os.environ | {"PYTHONPATH": str(ROOT)}
        )
        for number, clone in enumerate(clones)
    ]
    assert [writer.wait(300) for writer in writers] == [0, 0, 0]

    entries = workspace.registry.ledger.entries()

    assert len(entries) == 9
    for number in range(3):
        assert [e.version for e in entries if e.actor == f"automation:{number}"] == ["0", "1", "2"]


def test_a_ledger_that_cannot_be_pushed_moves_nothing(workspace, shared):
    workspace.register("a")
    hook = shared / "origin.git/hooks/pre-receive"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text("#!/bin/sh\necho this branch is protected >&2\nexit 1\n")
    hook.chmod(0o755)

    with pytest.raises(PlumblineError, match=r"(?s)this branch is protected.*check that it can be reached"):
        workspace.registry.promote("1", CI)

    assert workspace.registry.aliases.read() == {"challenger": "1"}


@pytest.fixture
def story(workspace, shared):
    """A team with a champion and a challenger."""
    Path("model/params.yaml").write_text("bundle: {model: toys}\n")
    for name in ("a", "b"):
        workspace.register(name)
    workspace.registry.promote("1", CI)
    return workspace


def said():
    return {line.what: f"{line.fault}: {line.advice}" for line in look.lines() if line.fault}


def test_what_a_team_shares_is_as_the_rest_says(story):
    assert not {"keys", "ledger", "models"} & said().keys()
    assert "MLFLOW_TRACKING_URI" in said()["mlflow"]


def test_what_differs_is_named_with_what_to_do(story, shared):
    sha256 = story.registry.version("1").tags["bundle_sha256"]
    (shared / "models/toys" / sha256 / "release.json").write_text("{}")
    shutil.rmtree(shared / "models/toys" / story.registry.version("2").tags["bundle_sha256"])
    story.registry.server.set_registered_model_alias("toys", "champion", "2")
    with Path("configs.pub.pem").open("a") as file:
        file.write("\n")

    found = said()

    assert found["keys"].startswith("it is not what git holds: git commit configs.pub.pem")
    assert found["ledger"] == ("champion is version 1, and MLflow says 2: plumb release promote 1 lets MLflow follow")
    assert "version 2: its bundle is not there" in found["models"]
    story.registry.promote("1", CI)
    assert "ledger" not in said()
    assert "version 1: what" in said()["models"]


def test_a_version_that_the_ledger_does_not_know_is_named(story):
    known = story.registry.version("1")
    story.registry.server.create_model_version("toys", known.source, known.run_id, tags=known.tags)

    assert said()["ledger"].startswith("it tells of no registration of version 3: ")


def test_a_store_that_cannot_be_reached_is_named(story):
    settings = yaml.safe_load(team.CONFIG.read_text()) | {"store": "gopher://nowhere"}
    team.CONFIG.write_text(yaml.safe_dump(settings))

    assert "cannot be read" in said()["models"]


def test_a_clone_that_shares_nothing_is_told_how(workspace):
    Path("model").mkdir()
    Path("model/params.yaml").write_text("bundle: {model: toys}\n")
    workspace.register("a")

    with pytest.raises(PlumblineError, match="mlflow, keys, ledger, models"):
        look.main()
    assert "it lies in this clone alone: ledger: branch:ledger" in said()["ledger"]
