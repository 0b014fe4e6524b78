"""What a change touches, asked of real git."""

import subprocess
from pathlib import Path

import pytest

from plumbline.ci.routing import changes
from plumbline.ci.routing.changes import LIMIT, NOTHING
from plumbline.kernel.errors import PlumblineError


def git(folder: Path, *arguments: str) -> str:
    return subprocess.run(["git", "-C", folder, *arguments], check=True, capture_output=True, text=True).stdout.strip()


def commit(folder: Path, **files: str | None) -> str:
    """Write files, by name with `__` for the slash, or remove those that are None, and commit; give the commit."""
    for name, content in files.items():
        path = folder / name.replace("__", "/")
        path.parent.mkdir(parents=True, exist_ok=True)
        if content is None:
            path.unlink()
        else:
            path.write_text(content)
    git(folder, "add", "-A")
    git(folder, "commit", "-q", "--allow-empty", "-m", "change")
    return git(folder, "rev-parse", "HEAD")


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    git(tmp_path, "init", "-q", "-b", "main")
    git(tmp_path, "config", "user.name", "someone")
    git(tmp_path, "config", "user.email", "someone@localhost")
    commit(tmp_path, data__a="a\n" * 50, model__b="b", services__c="c")
    return tmp_path


def pushed(folder: Path, before: str, after: str) -> changes.Changes:
    return changes.of_event("push", {"before": before, "after": after}, folder)


def proposed(folder: Path, base: str, head: str) -> changes.Changes:
    return changes.of_event("pull_request", {"pull_request": {"base": {"sha": base}, "head": {"sha": head}}}, folder)


def test_a_push_is_compared_with_what_was_there_and_a_pull_request_with_where_it_forked(clone: Path) -> None:
    git(clone, "switch", "-q", "-c", "topic")
    topic = commit(clone, data__a="changed")
    git(clone, "switch", "-q", "main")
    main = commit(clone, model__b="changed")
    assert pushed(clone, main, topic).files == ("data/a", "model/b")
    assert proposed(clone, main, topic).files == ("data/a",)


def test_a_merge_group_is_compared_with_its_base(clone: Path) -> None:
    base = git(clone, "rev-parse", "HEAD")
    head = commit(clone, data__a="changed")
    group = {"merge_group": {"base_sha": base, "head_sha": head}}
    assert changes.of_event("merge_group", group, clone).files == ("data/a",)


def test_a_renamed_file_counts_by_both_names_and_a_deleted_one_by_its_own(clone: Path) -> None:
    before = git(clone, "rev-parse", "HEAD")
    git(clone, "mv", "data/a", "model/a")
    after = commit(clone, services__c=None)
    assert pushed(clone, before, after).files == ("data/a", "model/a", "services/c")


def test_names_that_git_would_quote_come_as_they_are(clone: Path) -> None:
    before = git(clone, "rev-parse", "HEAD")
    after = commit(clone, **{'data__ü "x"\n': "1"})
    assert pushed(clone, before, after).files == ('data/ü "x"\n',)


def test_an_empty_commit_changes_nothing_and_that_is_known(clone: Path) -> None:
    before = git(clone, "rev-parse", "HEAD")
    assert pushed(clone, before, commit(clone)) == changes.Changes()


def test_the_working_tree_counts_with_the_commits_since_the_fork(clone: Path) -> None:
    git(clone, "switch", "-q", "-c", "topic")
    commit(clone, data__a="changed")
    (clone / "model/b").write_text("not staged")
    (clone / "services/c").unlink()
    (clone / "new").write_text("not tracked")
    (clone / ".gitignore").write_text("ignored\n")
    (clone / "ignored").write_text("")
    assert changes.of_clone("main", clone).files == (".gitignore", "data/a", "model/b", "new", "services/c")


def test_a_base_that_is_not_there_is_refused(clone: Path) -> None:
    with pytest.raises(PlumblineError, match=r"cannot compare with nowhere: .*name another with --base"):
        changes.of_clone("nowhere", clone)


def test_a_branch_without_a_common_ancestor_is_not_known(clone: Path) -> None:
    main = git(clone, "rev-parse", "HEAD")
    git(clone, "switch", "-q", "--orphan", "other")
    other = commit(clone, x="1")
    assert "no merge base" in (proposed(clone, main, other).unknown or "")


def test_a_commit_that_the_clone_does_not_have_is_not_known(clone: Path) -> None:
    head = git(clone, "rev-parse", "HEAD")
    assert "no difference" in (pushed(clone, "1" * 40, head).unknown or "")
    assert "no merge base" in (proposed(clone, "1" * 40, head).unknown or "")


def test_a_new_branch_is_not_known(clone: Path) -> None:
    assert "created or deleted" in (pushed(clone, NOTHING, git(clone, "rev-parse", "HEAD")).unknown or "")


@pytest.mark.parametrize("name", ["workflow_dispatch", "schedule", "issue_comment"])
def test_an_event_without_a_difference_is_not_known(name: str) -> None:
    assert changes.of_event(name, {}).unknown == f"the event {name} compares nothing"


@pytest.mark.parametrize("event", [{}, {"pull_request": None}, {"pull_request": {"base": {}}}])
def test_an_event_that_lacks_its_commits_is_not_known(event: dict[str, object]) -> None:
    assert "the event pull_request lacks" in (changes.of_event("pull_request", event).unknown or "")


def test_beyond_the_limit_the_files_are_not_relied_on(clone: Path) -> None:
    before = git(clone, "rev-parse", "HEAD")
    most = commit(clone, **{f"f{number}": "" for number in range(LIMIT)})
    more = commit(clone, one_more="")
    assert pushed(clone, before, most).unknown is None
    assert f"{LIMIT + 1} files changed" in (pushed(clone, before, more).unknown or "")


@pytest.mark.parametrize("before", ["--output=stolen", "HEAD", "", None, 7])
def test_what_is_no_commit_never_reaches_git(clone: Path, before: object) -> None:
    after = git(clone, "rev-parse", "HEAD")
    found = changes.of_event("push", {"before": before, "after": after}, clone)
    assert found.unknown == f"the event names {before!r}, which is no commit"
    assert not (clone / "stolen").exists()
