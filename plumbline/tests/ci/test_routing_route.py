"""The command that routes, run on clones with small workflows."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from plumbline.ci.routing import pipelines
from plumbline.ci.routing.changes import Changes
from plumbline.ci.routing.route import route
from plumbline.ci.routing.workflows import Reason
from plumbline.kernel.errors import PlumblineError
from plumbline.testing.repository import ROOT

PATHS = {
    "service-pipeline.yml": ["services/**"],
    "data-pipeline.yml": ["data/**", "!data/**.md"],
    "model-pipeline.yml": ["model/**", "data/raw/*.dvc"],
    "main.yml": ["**", "!services/**", "!data/**", "!model/**", "!docs/**"],
    "docs-pipeline.yml": ["docs/**"],
    "promotion.yml": ["overlays/production/**"],
    "image-pipeline.yml": ["model/**"],
}


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    folder = tmp_path / ".github/workflows"
    folder.mkdir(parents=True)
    for name, paths in PATHS.items():
        (folder / name).write_text(json.dumps({"on": {"push": {"branches": ["main"], "paths": paths}}, "jobs": {}}))
    git(tmp_path, "init", "-q", "-b", "main")
    git(tmp_path, "config", "user.name", "someone")
    git(tmp_path, "config", "user.email", "someone@localhost")
    git(tmp_path, "add", "-A")
    git(tmp_path, "commit", "-q", "-m", "workflows")
    return tmp_path


def git(folder: Path, *arguments: str) -> str:
    return subprocess.run(["git", "-C", folder, *arguments], check=True, capture_output=True, text=True).stdout.strip()


def call(clone: Path, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("GITHUB_")}
    environment |= {"PYTHONPATH": str(ROOT), **variables}
    command = [sys.executable, "-m", "plumbline.cli", "ci", "route", *arguments]
    return subprocess.run(command, cwd=clone, env=environment, capture_output=True, text=True, check=False)


def outputs(file: Path) -> dict[str, str]:
    return dict(line.split("=", 1) for line in file.read_text().splitlines())


def touch(clone: Path, *names: str) -> None:
    for name in names:
        (clone / name).parent.mkdir(parents=True, exist_ok=True)
        (clone / name).write_text("changed")


def test_each_pipeline_has_its_reason(clone: Path) -> None:
    changed = Changes(("data/raw/a.dvc", "docs/flow.md"))
    assert route(changed, pipelines.read(), clone / ".github/workflows") == {
        "services": None,
        "data": Reason("data/raw/a.dvc", "data/**"),
        "model": Reason("data/raw/a.dvc", "data/raw/*.dvc"),
        "main": None,
        "docs": Reason("docs/flow.md", "docs/**"),
        "production": None,
        "image": None,
    }


def test_everything_runs_if_the_changes_are_unknown(clone: Path) -> None:
    routes = route(Changes(unknown="shallow clone"), pipelines.read(), clone / ".github/workflows")
    assert set(routes.values()) == {Reason("any", "shallow clone")}


def test_a_pipeline_that_no_push_starts_is_refused(clone: Path) -> None:
    (clone / ".github/workflows/main.yml").write_text("on: workflow_dispatch\n")
    with pytest.raises(PlumblineError, match=r"main\.yml has no `on: push`"):
        route(Changes(), pipelines.read(), clone / ".github/workflows")


def _is_there(named: str) -> bool:
    path, _, test = named.partition("::")
    return (ROOT / path).exists() and (not test or f"def {test}(" in (ROOT / path).read_text())


def test_the_tests_of_every_pipeline_exist() -> None:
    assert [named for entry in pipelines.read() for named in entry.tests if not _is_there(named)] == []


def test_the_table_names_file_and_pattern(clone: Path) -> None:
    touch(clone, "services/a", "data/README.md")
    done = call(clone)
    assert done.returncode == 0, done.stderr
    rows = [line.split() for line in done.stdout.splitlines()[1:]]
    assert rows == [
        ["services", "service-pipeline.yml", "yes", "services/a", "services/**"],
        ["data", "data-pipeline.yml", "no"],
        ["model", "model-pipeline.yml", "no"],
        ["main", "main.yml", "no"],
        ["docs", "docs-pipeline.yml", "no"],
        ["production", "promotion.yml", "no"],
        ["image", "image-pipeline.yml", "no"],
        ["2", "files", "changed"],
    ]


def test_a_page_is_written_for_the_comment(clone: Path, tmp_path: Path) -> None:
    touch(clone, "services/a")
    page = tmp_path / "reports/routing.md"
    call(clone, "--page", str(page))
    assert page.read_text().startswith("## Routing\n\n| pipeline | workflow |")
    assert "| services | service-pipeline.yml | yes | services/a | services/\\*\\* |" in page.read_text()


def test_a_pull_request_writes_outputs_and_a_summary(clone: Path, tmp_path: Path) -> None:
    base = git(clone, "rev-parse", "HEAD")
    touch(clone, "model/a|b", "x")
    git(clone, "add", "-A")
    git(clone, "commit", "-q", "-m", "topic")
    event = {"pull_request": {"base": {"sha": base}, "head": {"sha": git(clone, "rev-parse", "HEAD")}}}
    (tmp_path / "event.json").write_text(json.dumps(event))
    done = call(
        clone,
        "--github",
        GITHUB_EVENT_NAME="pull_request",
        GITHUB_EVENT_PATH=str(tmp_path / "event.json"),
        GITHUB_OUTPUT=str(tmp_path / "output"),
        GITHUB_STEP_SUMMARY=str(tmp_path / "summary"),
    )
    assert done.returncode == 0, done.stderr
    assert outputs(tmp_path / "output") == {
        "services": "false",
        "data": "false",
        "model": "true",
        "main": "true",
        "docs": "false",
        "production": "false",
        "image": "true",
        "certain": "true",
    }
    assert r"| model | model-pipeline.yml | yes | model/a\|b | model/\*\* |" in (tmp_path / "summary").read_text()


def test_an_event_that_cannot_be_compared_routes_everything(clone: Path, tmp_path: Path) -> None:
    (tmp_path / "event.json").write_text("{}")
    output = tmp_path / "output"
    done = call(clone, "--github", GITHUB_EVENT_PATH=str(tmp_path / "event.json"), GITHUB_OUTPUT=str(output))
    names = [entry.name for entry in pipelines.read()]
    assert outputs(output) == dict.fromkeys(names, "true") | {"certain": "false"}
    assert "everything runs: the event pull_request lacks 'pull_request'" in done.stdout


def test_a_name_with_a_line_break_keeps_the_table_whole(clone: Path, tmp_path: Path) -> None:
    touch(clone, "services/a\nb")
    done = call(clone, GITHUB_STEP_SUMMARY=str(tmp_path / "summary"))
    assert "services/a\\nb" in done.stdout
    rows = (tmp_path / "summary").read_text().split("\n\n")[0].splitlines()
    assert all(row.startswith("|") and row.endswith("|") for row in rows)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--github"], "set GITHUB_EVENT_PATH"),
        (["--event", "nowhere.json"], "the event nowhere.json cannot be read"),
        (["--base", "nowhere"], "cannot compare with nowhere"),
    ],
)
def test_what_is_missing_is_named_without_a_traceback(clone: Path, arguments: list[str], message: str) -> None:
    done = call(clone, *arguments)
    assert done.returncode == 1
    assert done.stderr.startswith("error: ")
    assert message in done.stderr
