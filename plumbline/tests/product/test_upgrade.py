"""A later release comes into a house as one commit, and the team's files stay."""

import pytest

from plumbline.kernel.errors import PlumblineError
from plumbline.product import house, move, release
from plumbline.product.upgrade import upgrade
from plumbline.product.verify import verify


def test_a_release_comes_as_one_commit_and_the_teams_files_stay(team, released) -> None:
    before, _, _, refs = team.state()

    report = upgrade("v0.3.0", root=team.root)

    assert team.git("rev-parse", "HEAD^") == before
    assert team.git("rev-parse", "HEAD") == report.commit
    assert team.git("status", "--porcelain") == ""
    assert team.git("branch", "--show-current") == "main"
    assert team.git("log", "-1", "--format=%B").split("\n\n") == [
        "Upgrade Plumbline from 0.2.0 to 0.3.0",
        "Migration: 0001_rename_seeds",
    ]
    # the product's
    assert "line two\n" in team.read("services/api/main.py")
    assert team.read(".github/workflows/ci.yml") == "steps: https://github.com/acme/prices/blob\n"
    assert (team.read("docs/new.md"), team.read("hooks.toml")) == ("new\n", "hooks = []\n")
    assert team.git("ls-files", "services/api/table.made", "docs/old.md") == "services/api/table.made"
    assert not (team.root / "docs/old.md").exists()
    # the team's, and what a migration changes in them
    assert (team.read("README.md"), team.read("data/ours.py")) == ("Our prices\n", "ours\n")
    assert team.read("data/params.yaml") == "train:\n  seed: 7\n"
    assert team.read(".github/CODEOWNERS") == "* @acme/us\n"
    # what is written down of it
    here = house.read(team.root)
    assert (here.house.owner, here.product.version, here.product.migrated) == ("acme", "0.3.0", 1)
    assert here.product.upstream == str(released.root)
    assert release.read(team.root).commit == released.git("rev-parse", "v0.3.0^{commit}")
    assert verify(team.root) == []
    # and no trace of how
    moved = "{} commit\trefs/heads/main"
    assert team.state()[3] == refs.replace(moved.format(before), moved.format(report.commit))
    assert team.git("for-each-ref", "refs/plumbline-upgrade") == ""
    assert not move.private(team.root).exists()


def test_the_next_release_brings_what_is_new_in_it(team, released) -> None:
    upgrade("v0.3.0", root=team.root)
    released.edit("plumbline.toml", '"0.3.0"', '"0.4.0"')
    released.edit("services/api/main.py", "line 9", "line nine")
    released.commit("Better still")
    released.git("tag", "v0.4.0")
    team.git("gc", "--quiet", "--prune=now")  # 0.3.0 was never on a branch of the team's

    report = upgrade("v0.4.0", root=team.root)

    assert report.migrations == []
    assert "line nine" in team.read("services/api/main.py")
    assert verify(team.root) == []
    assert upgrade("v0.4.0", root=team.root).commit is None


def test_the_accounts_that_a_team_allows_stay(team, released) -> None:
    team.edit("plumbline.toml", "allowed_account_ids = []", 'allowed_account_ids = ["123456789012"]')
    team.commit("Guard our account")
    upgrade("v0.3.0", root=team.root)
    assert house.read(team.root).cloud.allowed_account_ids == ("123456789012",)


def test_an_edit_that_does_not_collide_is_merged_and_shown(team, released) -> None:
    team.edit("services/api/main.py", "line 8", "ours")
    team.commit("Edit the machinery")

    report = upgrade("v0.3.0", root=team.root)

    assert team.read("services/api/main.py").splitlines()[1::6] == ["line two", "ours"]
    assert list(report.kept) == ["services/api/main.py"]
    assert "-line 8\n+ours\n" in report.kept["services/api/main.py"]
    assert [str(one) for one in verify(team.root)] == ["edited: services/api/main.py"]
    assert "Kept as edited here: services/api/main.py" in team.git("log", "-1", "--format=%B")


@pytest.mark.parametrize(("take", "line"), [(None, None), ("ours", "ours"), ("theirs", "line two")])
def test_an_edit_that_collides_is_refused_unless_told_whose_counts(team, released, take, line) -> None:
    team.edit("services/api/main.py", "line 2", "ours")
    team.edit("services/api/main.py", "line 9", "ours too")
    team.commit("Edit the machinery")
    before = team.state()
    if take is None:
        with pytest.raises(PlumblineError) as refused:
            upgrade("v0.3.0", root=team.root)
        for part in ("<<<<<<< this house\nours\n", "line two\n>>>>>>> the new release", "--take theirs"):
            assert part in str(refused.value)
        assert "changed by the release: services/api/main.py\n" in str(refused.value)
        assert team.state() == before
    else:
        upgrade("v0.3.0", root=team.root, take=take)
        assert team.read("services/api/main.py").splitlines()[1::7] == [line, "ours too"]


@pytest.mark.parametrize(("take", "there"), [(None, True), ("ours", True), ("theirs", False)])
def test_an_edited_file_that_the_release_deletes_is_refused_too(team, released, take, there) -> None:
    team.write({"docs/old.md": "ours\n"})
    team.commit("Edit a document")
    if take is None:
        with pytest.raises(PlumblineError, match="you edited it here, and the release deleted it"):
            upgrade("v0.3.0", root=team.root)
    else:
        upgrade("v0.3.0", root=team.root, take=take)
    assert (team.root / "docs/old.md").exists() == there


def test_a_file_that_the_release_hands_over_stays_and_one_of_the_teams_is_never_deleted(team, released) -> None:
    released.git("tag", "--delete", "v0.3.0")
    released.edit("plumbline.toml", '"docs/**", ', "")
    released.edit("plumbline.toml", '"README.md", ', '"README.md", "docs/new.md", ')
    released.git("rm", "--quiet", "data/remote.yaml")
    released.commit("Hand the documents over")
    released.git("tag", "v0.3.0")
    team.write({"docs/new.md": "ours\n"})
    team.edit("plumbline.toml", "own = []", 'own = ["docs/new.md"]')
    team.commit("Write a document")

    upgrade("v0.3.0", root=team.root)

    assert team.read("docs/new.md") == "ours\n"
    assert (team.root / "data/remote.yaml").exists()
    assert not (team.root / "docs/old.md").exists()  # nobody claims it any more


def test_an_untracked_file_is_not_overwritten(team, released) -> None:
    team.write({"docs/new.md": "mine\n"})
    before = team.state()
    with pytest.raises(PlumblineError, match=r"(?s)overwritten by merge.*docs/new\.md"):
        upgrade("v0.3.0", root=team.root)
    assert team.state() == before
    assert team.read("docs/new.md") == "mine\n"
    assert not move.private(team.root, ".json").exists()


def test_changes_that_are_not_committed_are_refused(team, released) -> None:
    team.edit("README.md", "Our", "Their")
    with pytest.raises(PlumblineError, match=r"(?s)commit or stash your changes first.*README\.md"):
        upgrade("v0.3.0", root=team.root)


def test_a_migration_that_fails_changes_nothing(team, released) -> None:
    released.write({"plumbline/product/migrations/0002_break.py": "def migrate(root):\n    raise ValueError('no')\n"})
    released.commit("Break")
    released.git("tag", "--force", "v0.3.0")
    before = team.state()
    with pytest.raises(PlumblineError, match="the migration 0002_break failed: no"):
        upgrade("v0.3.0", root=team.root)
    assert team.state() == before


def test_what_is_no_later_release_is_refused(team, released) -> None:
    upgrade("v0.3.0", root=team.root)
    with pytest.raises(PlumblineError, match=r"0\.2\.0 is older than 0\.3\.0"):
        upgrade("v0.2.0", root=team.root)
    with pytest.raises(PlumblineError, match=r"refs/tags/v9"):
        upgrade("v9", root=team.root)
    released.git("tag", "nightly")
    with pytest.raises(PlumblineError, match=r"the tag nightly is of version 0\.3\.0"):
        upgrade("nightly", root=team.root)


def test_it_must_know_from_where(team, released) -> None:
    team.edit("plumbline.toml", str(released.root), "")
    team.commit("Forget it")
    with pytest.raises(PlumblineError, match="give --from URL"):
        upgrade("v0.3.0", root=team.root)
    assert upgrade("v0.3.0", str(released.root), team.root).commit


def test_hooks_of_the_team_do_not_run(team, released) -> None:
    for name in ("pre-commit", "post-checkout", "post-merge"):
        hook = team.root / ".git/hooks" / name
        hook.parent.mkdir(exist_ok=True)
        hook.write_text("#!/bin/sh\ntouch ran\nexit 1\n")
        hook.chmod(0o755)
    upgrade("v0.3.0", root=team.root)
    assert team.git("status", "--porcelain") == ""
