"""What starts a workflow, read from its file."""

from pathlib import Path

import pytest

from plumbline.ci.routing import workflows
from plumbline.ci.routing.workflows import Reason
from plumbline.kernel.errors import PlumblineError

MAIN, TAG = "refs/heads/main", "refs/tags/v1"


def push(folder: Path, text: str) -> workflows.Push | None:
    path = folder / "some.yml"
    path.write_text(f"name: some\n{text}\njobs: {{}}\n")
    return workflows.read_push(path)


@pytest.mark.parametrize(
    ("filters", "ref", "files", "runs"),
    [
        ("", MAIN, [], True),
        ("", TAG, [], True),
        ("branches: [main]", MAIN, [], True),
        ("branches: [main]", "refs/heads/main2", [], False),
        ("branches: ['releases/**', '!releases/**-alpha']", "refs/heads/releases/10", [], True),
        ("branches: ['releases/**', '!releases/**-alpha']", "refs/heads/releases/10-alpha", [], False),
        ("branches-ignore: [main]", MAIN, [], False),
        ("branches-ignore: [main]", "refs/heads/develop", [], True),
        ("branches: [main]", TAG, [], False),
        ("branches-ignore: [x]", TAG, [], False),
        ("tags: [v1]", TAG, [], True),
        ("tags: [v1]", MAIN, [], False),
        ("tags-ignore: [v1]", TAG, [], False),
        ("tags-ignore: [v1]", MAIN, [], False),
        ("branches: [main], tags: ['v*']", TAG, [], True),
        ("branches: [main], tags: ['v*']", MAIN, [], True),
        ("paths: ['a/**']", MAIN, ["b", "a/x"], True),
        ("paths: ['a/**']", MAIN, ["b"], False),
        ("paths: ['a/**']", MAIN, [], False),
        ("paths: ['a/**']", TAG, [], True),
        ("paths-ignore: ['a/**']", MAIN, ["a/x"], False),
        ("paths-ignore: ['a/**']", MAIN, ["a/x", "b"], True),
        ("paths-ignore: ['a/**']", MAIN, [], False),
        ("branches: [main], paths: ['a/**']", MAIN, ["a/x"], True),
        ("branches: [main], paths: ['a/**']", "refs/heads/other", ["a/x"], False),
        ("branches: [main], paths: ['a/**']", MAIN, ["b"], False),
    ],
)
def test_a_push_starts_the_workflow_if_every_filter_lets_it(
    tmp_path: Path, filters: str, ref: str, files: list[str], runs: bool
) -> None:
    read = push(tmp_path, f"on: {{push: {{{filters}}}}}")
    assert read is not None
    assert read.runs(ref, files) is runs


@pytest.mark.parametrize(
    "on", ["on: push", "on: [push, pull_request]", "on:\n  push:\n  workflow_dispatch:", "'on': push"]
)
def test_every_way_to_write_on_is_read(tmp_path: Path, on: str) -> None:
    assert push(tmp_path, on) == workflows.Push.model_validate({})


@pytest.mark.parametrize("on", ["on: pull_request", "on: [workflow_call]", "on: {merge_group: }"])
def test_a_workflow_that_no_push_starts_has_no_filters(tmp_path: Path, on: str) -> None:
    assert push(tmp_path, on) is None


def test_the_reason_is_the_first_file_and_its_last_pattern(tmp_path: Path) -> None:
    read = push(tmp_path, "on: {push: {paths: ['**', '!docs/**', docs/flow.md]}}")
    assert read is not None
    assert read.by_path(["docs/a.md", "docs/flow.md", "z"]) == Reason("docs/flow.md", "docs/flow.md")
    assert read.by_path(["docs/a.md"]) is None


@pytest.mark.parametrize(
    ("on", "message"),
    [
        ("on: {push: {paths: [a], paths-ignore: [b]}}", "either paths or paths-ignore"),
        ("on: {push: {branches: [a], branches-ignore: [b]}}", "either branches or branches-ignore"),
        ("on: {push: {path: [a]}}", "on.push is not as it must be:\n  path: "),
        ("on: {push: {paths: []}}", "paths: .*at least 1 item"),
        ("on: {push: {paths: ['!a']}}", "on.push.paths: `!` takes away"),
        ("on: {push: {tags: ['?']}}", "on.push.tags: filter pattern '\\?', character 1"),
        ("on: {push: {paths: [[a]]}}", "paths.0: "),
        ("on: [push", "is not valid YAML"),
        ("", "is no workflow"),
    ],
)
def test_a_wrong_file_is_refused_with_its_name_and_the_key(tmp_path: Path, on: str, message: str) -> None:
    with pytest.raises(PlumblineError, match=message) as refused:
        push(tmp_path, on)
    assert "some.yml" in str(refused.value)


def test_an_absent_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(PlumblineError, match=r"none\.yml does not exist"):
        workflows.read_push(tmp_path / "none.yml")
