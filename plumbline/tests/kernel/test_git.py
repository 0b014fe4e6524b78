"""What git says of a clone."""

import os
import subprocess
from pathlib import Path

import pytest

from plumbline.kernel import git
from plumbline.kernel.errors import PlumblineError


def repository(path: Path) -> None:
    identity = ["-c", "user.name=someone", "-c", "user.email=someone@localhost"]
    subprocess.run(["git", "init", "-q", "-b", "main", path], check=True)
    (path / "file").write_text("one")
    subprocess.run(["git", "-C", path, "add", "file"], check=True)
    subprocess.run(["git", "-C", path, *identity, "commit", "-q", "-m", "one"], check=True)


def test_a_clean_clone_has_a_commit_and_a_branch(tmp_path: Path) -> None:
    repository(tmp_path)
    state = git.state(tmp_path)
    assert state.commit is not None
    assert len(state.commit) == 40
    assert (state.branch, state.dirty) == ("main", False)


def test_a_changed_tracked_file_makes_it_dirty_and_a_new_one_does_not(tmp_path: Path) -> None:
    repository(tmp_path)
    (tmp_path / "new").write_text("")
    assert not git.state(tmp_path).dirty
    (tmp_path / "file").write_text("two")
    assert git.state(tmp_path).dirty


def test_outside_a_repository_nothing_is_known(tmp_path: Path) -> None:
    assert git.state(tmp_path) == git.State(None, None, False)


def test_before_the_first_commit_there_is_a_branch_and_no_commit(tmp_path: Path) -> None:
    subprocess.run(["git", "init", "-q", "-b", "main", tmp_path], check=True)
    assert git.state(tmp_path) == git.State(None, "main", False)
    assert git.show("HEAD", "file", tmp_path) is None
    assert git.subject("HEAD", tmp_path) is None
    assert git.origin(tmp_path) is None


def test_a_repository_of_another_user_is_refused_with_gits_advice(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    repository(tmp_path)
    monkeypatch.setenv("GIT_TEST_ASSUME_DIFFERENT_OWNER", "1")  # git's own way to test it
    for question in (git.state, git.origin):
        with pytest.raises(PlumblineError, match=r"(?s)dubious ownership.*git config --global --add safe.directory"):
            question(tmp_path)
    for about in (lambda: git.show("HEAD", "file", tmp_path), lambda: git.subject("HEAD", tmp_path)):
        with pytest.raises(PlumblineError, match="dubious ownership"):
            about()


@pytest.mark.parametrize("damaged", [".git/index", ".git/HEAD"])
def test_a_repository_that_git_cannot_read_is_not_clean(tmp_path: Path, damaged: str) -> None:
    repository(tmp_path)
    (tmp_path / damaged).write_text("not git's")
    with pytest.raises(PlumblineError, match="git cannot read the repository at"):
        git.state(tmp_path)


def test_a_branch_that_is_not_utf8_is_read(tmp_path: Path) -> None:
    repository(tmp_path)
    subprocess.run(["git", "-C", tmp_path, "branch", "-m", b"caf\xe9"], check=True)
    assert git.state(tmp_path).branch == "caf\ufffd"


def test_a_hook_of_another_repository_is_forgotten(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    repository(tmp_path)
    for name, path in {"GIT_DIR": ".git", "GIT_INDEX_FILE": ".git/index", "GIT_WORK_TREE": "."}.items():
        monkeypatch.setenv(name, str(tmp_path / "another" / path))
    git.forget_hook()
    assert git.state(tmp_path).commit is not None


def test_in_a_repository_of_our_own_nothing_of_the_users_counts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "template/hooks").mkdir(parents=True)
    (tmp_path / "template/hooks/pre-commit").write_text("#!/bin/sh\nexit 1\n")
    (tmp_path / "template/hooks/pre-commit").chmod(0o755)
    config = f"[commit]\n  gpgsign = true\n[gpg]\n  program = false\n[init]\n  templateDir = {tmp_path}/template\n"
    (tmp_path / "config").write_text(config)
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(tmp_path / "config"))
    monkeypatch.setenv("GIT_TEMPLATE_DIR", str(tmp_path / "template"))
    environment = os.environ | git.apart("someone")
    subprocess.run(["git", "init", "-q", tmp_path / "ours"], env=environment, check=True)
    commit = ["git", "-C", tmp_path / "ours", "commit", "-q", "--allow-empty", "-m", "one"]
    subprocess.run(commit, env=environment, check=True)
    assert git.state(tmp_path / "ours").commit is not None


def test_a_commit_is_named_with_what_was_not_in_it() -> None:
    assert git.described("abc", dirty=False) == "abc"
    assert git.described("abc", dirty=True) == "abc, with uncommitted changes"
    assert git.described(None, dirty=False) == "none"
