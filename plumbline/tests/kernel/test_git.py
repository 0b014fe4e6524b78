"""What git says of a clone."""

import subprocess
from pathlib import Path

from plumbline.kernel import git


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
