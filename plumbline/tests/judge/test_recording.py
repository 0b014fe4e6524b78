"""The official build in git: clones of one bare repository, and real git."""

from pathlib import Path

import pytest

from plumbline.judge.recording import Recorder, Settings
from plumbline.kernel import command
from plumbline.kernel.errors import PlumblineError

SOMEONE = {f"GIT_{role}_{key}": "someone@localhost" for role in ("AUTHOR", "COMMITTER") for key in ("NAME", "EMAIL")}


def git(folder: Path, *arguments: str) -> str:
    return command.run("git", *arguments, folder=folder, environment=SOMEONE).strip()


def commit(folder: Path, name: str, content: str) -> None:
    (folder / name).write_text(content)
    git(folder, "add", name)
    git(folder, "commit", "--quiet", "--message", f"Change {name}")


def settings(record: str, retries: int = 2) -> Settings:
    return Settings.model_validate(
        {"record": record, "branch": "main", "retries": retries, "author": "CI Pipeline", "email": "ci@localhost"}
    )


@pytest.fixture
def clones(tmp_path: Path) -> tuple[Path, Path]:
    """CI's clone and a developer's, both at the same commit."""
    origin, ci, developer = (tmp_path / name for name in ("origin.git", "ci", "developer"))
    git(tmp_path, "init", "--quiet", "--bare", "--initial-branch", "main", str(origin))
    git(tmp_path, "clone", "--quiet", str(origin), str(ci))
    git(ci, "checkout", "--quiet", "-b", "main")
    commit(ci, "dvc.lock", "one\n")
    git(ci, "push", "--quiet", "origin", "main")
    git(tmp_path, "clone", "--quiet", str(origin), str(developer))
    return ci, developer


def test_an_unchanged_lock_is_not_committed(clones: tuple[Path, Path]) -> None:
    ci, _ = clones
    before = git(ci, "rev-parse", "HEAD")
    (ci / "untracked").write_text("")
    assert not Recorder(settings("commit"), ci).commit()
    assert git(ci, "rev-parse", "HEAD") == before


def test_the_commit_is_of_the_pipeline_skips_ci_and_is_pushed(clones: tuple[Path, Path]) -> None:
    ci, developer = clones
    (ci / "dvc.lock").write_text("two\n")
    recorder = Recorder(settings("commit"), ci)
    assert recorder.commit()
    recorder.push_commit()
    git(developer, "pull", "--quiet")
    assert (developer / "dvc.lock").read_text() == "two\n"
    author, subject = git(developer, "log", "-1", "--format=%an%n%s").splitlines()
    assert author == "CI Pipeline"
    assert "[skip ci]" in subject


def test_a_branch_that_moved_meanwhile_keeps_both_changes(clones: tuple[Path, Path]) -> None:
    ci, developer = clones
    commit(developer, "README.md", "words\n")
    git(developer, "push", "--quiet")
    (ci / "dvc.lock").write_text("two\n")
    recorder = Recorder(settings("commit"), ci)
    recorder.commit()
    recorder.push_commit()
    git(developer, "pull", "--quiet")
    assert git(developer, "log", "--format=%s").splitlines()[1:] == ["Change README.md", "Change dvc.lock"]
    assert (developer / "dvc.lock").read_text() == "two\n"


def test_a_branch_whose_model_changed_is_left_alone(clones: tuple[Path, Path]) -> None:
    ci, developer = clones
    commit(developer, "dvc.lock", "three\n")
    git(developer, "push", "--quiet")
    (ci / "dvc.lock").write_text("two\n")
    recorder = Recorder(settings("commit"), ci)
    recorder.commit()
    with pytest.raises(PlumblineError, match=r"main moved, and with it dvc\.lock"):
        recorder.push_commit()
    assert git(ci, "status", "--porcelain") == ""
    assert git(ci, "show", "origin/main:dvc.lock") == "three"


def test_a_remote_that_refuses_is_asked_a_bounded_number_of_times(clones: tuple[Path, Path]) -> None:
    ci, _ = clones
    hook = ci.parent / "origin.git/hooks/pre-receive"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text("#!/bin/sh\necho asked >> asked\necho protected >&2\nexit 1\n")
    hook.chmod(0o755)
    (ci / "dvc.lock").write_text("two\n")
    recorder = Recorder(settings("commit", retries=2), ci)
    recorder.commit()
    with pytest.raises(PlumblineError, match=r"(?s)cannot be pushed to after 2 retries.*protected"):
        recorder.push_commit()
    assert (hook.parents[1] / "asked").read_text().splitlines() == ["asked"] * 3


def test_a_tag_holds_a_changed_lock_and_leaves_the_branch(clones: tuple[Path, Path]) -> None:
    ci, _ = clones
    main = git(ci, "rev-parse", "main")
    (ci / "dvc.lock").write_text("two\n")
    recorder = Recorder(settings("tag"), ci)
    recorder.commit()
    recorder.tag("model/toys/v1", "identical predictions")
    assert git(ci, "ls-remote", "origin", "refs/heads/main").split()[0] == git(ci, "rev-parse", "main") == main
    git(ci.parent, "clone", "--quiet", "--branch", "model/toys/v1", str(ci.parent / "origin.git"), "tagged")
    assert (ci.parent / "tagged/dvc.lock").read_text() == "two\n"


def test_doing_it_again_gives_the_same_commit_and_no_second_tag(clones: tuple[Path, Path]) -> None:
    ci, _ = clones
    heads = []
    for _ in range(2):
        git(ci, "checkout", "--quiet", "main")
        (ci / "dvc.lock").write_text("two\n")
        recorder = Recorder(settings("tag"), ci)
        recorder.commit()
        recorder.tag("model/toys/v1", "identical predictions")
        heads.append(git(ci, "rev-parse", "HEAD"))
    assert heads[0] == heads[1]
    assert git(ci, "rev-parse", "model/toys/v1^{commit}") == heads[0]


def test_a_tag_that_a_killed_run_did_not_push_is_pushed(clones: tuple[Path, Path]) -> None:
    ci, _ = clones
    git(ci, "tag", "--annotate", "model/toys/v1", "--message", "identical bytes")
    Recorder(settings("tag"), ci).tag("model/toys/v1", "identical bytes")
    assert "refs/tags/model/toys/v1" in git(ci, "ls-remote", "--tags", "origin")


def test_a_tag_of_another_commit_is_never_moved(clones: tuple[Path, Path]) -> None:
    ci, developer = clones
    Recorder(settings("tag"), ci).tag("model/toys/v1", "identical bytes")
    commit(developer, "README.md", "words\n")
    with pytest.raises(PlumblineError, match="the tag model/toys/v1 names commit"):
        Recorder(settings("tag"), developer).tag("model/toys/v1", "identical bytes")


def test_without_a_remote_the_tag_stays_in_the_clone(clones: tuple[Path, Path]) -> None:
    ci, _ = clones
    git(ci, "remote", "remove", "origin")
    recorder = Recorder(settings("tag"), ci)
    recorder.push_commit()
    recorder.tag("model/toys/v1", "identical bytes")
    assert git(ci, "tag", "--list") == "model/toys/v1"
