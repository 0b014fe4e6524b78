"""What meets a person before the workflows do: git's own hooks, a container to work in, and forms."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from plumbline.kernel import git
from plumbline.testing.repository import ROOT

HOOKS = ROOT / ".pre-commit-config.yaml"
BIN = Path(sys.executable).parent


class Clone:
    """A repository with the hooks installed, and the environment of this one."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "clone"
        self.folder.mkdir()
        self._environment = os.environ | {"PRE_COMMIT_HOME": str(folder / "cache"), "HOME": str(folder)}
        for name in (HOOKS.name, "pyproject.toml"):
            (self.folder / name).write_text((ROOT / name).read_text())
        (self.folder / "Makefile").write_text("lint:\n\t@echo linted; test ! -e wrong\n")
        (self.folder / ".venv").symlink_to(BIN.parent)
        self.run("git", "init", "--quiet", "--initial-branch=main")
        self.run(str(BIN / "dvc"), "init", "--quiet")
        (self.folder / ".gitignore").write_text(".venv\n")
        self.run("git", "add", ".")
        self.run("git", "commit", "--quiet", "--message=Start")
        self.run(str(BIN / "pre-commit"), "install")

    def run(self, *command: str, check: bool = True) -> subprocess.CompletedProcess[str]:
        done = subprocess.run(
            command, cwd=self.folder, env=self._environment, capture_output=True, text=True, check=False
        )
        assert not check or done.returncode == 0, done.stdout + done.stderr
        return done


@pytest.fixture
def clone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Clone:
    for variable, value in git.identity("A", "a@example.org").items():
        monkeypatch.setenv(variable, value)
    return Clone(tmp_path)


def test_a_commit_that_is_not_formatted_is_mended_and_refused_once(clone: Clone) -> None:
    (clone.folder / "a.py").write_text('"""A."""\n\nX = [1,2]\n')
    clone.run("git", "add", "a.py")

    refused = clone.run("git", "commit", "--message=A", check=False)
    clone.run("git", "add", "a.py")
    clone.run("git", "commit", "--message=A")

    assert refused.returncode == 1
    assert "files were modified by this hook" in refused.stdout + refused.stderr
    assert (clone.folder / "a.py").read_text() == '"""A."""\n\nX = [1, 2]\n'


def test_a_push_brings_the_data_that_it_names_and_stops_at_lint(clone: Clone, tmp_path: Path) -> None:
    clone.run("git", "init", "--quiet", "--bare", str(tmp_path / "origin"))
    clone.run("git", "remote", "add", "origin", str(tmp_path / "origin"))
    clone.run(str(BIN / "dvc"), "remote", "add", "--default", "store", str(tmp_path / "store"))
    (clone.folder / "table.tsv").write_text("id\n1\n")
    clone.run(str(BIN / "dvc"), "add", "--quiet", "table.tsv")
    clone.run("git", "add", ".")
    clone.run("git", "commit", "--quiet", "--message=Data")

    clone.run("git", "push", "--quiet", "origin", "main")
    (clone.folder / "wrong").touch()
    clone.run("git", "commit", "--quiet", "--allow-empty", "--message=Wrong")
    refused = clone.run("git", "push", "origin", "main", check=False)

    assert [path.read_text() for path in (tmp_path / "store").rglob("*") if path.is_file()] == ["id\n1\n"]
    assert refused.returncode == 1
    assert (
        clone.run("git", "--git-dir", str(tmp_path / "origin"), "log", "-1", "--format=%s", "main").stdout == "Data\n"
    )


def test_another_branch_comes_with_its_data(clone: Clone) -> None:
    table = clone.folder / "table.tsv"
    for branch, text in (("main", "id\n1\n"), ("other", "id\n2\n")):
        clone.run("git", "checkout", "--quiet", "-B", branch)
        table.write_text(text)
        clone.run(str(BIN / "dvc"), "add", "--quiet", "table.tsv")
        clone.run("git", "add", ".")
        clone.run("git", "commit", "--quiet", "--message=Data")

    clone.run("git", "checkout", "--quiet", "main")

    assert table.read_text() == "id\n1\n"


def test_the_container_has_the_tools_of_the_workflows() -> None:
    container: dict[str, Any] = json.loads((ROOT / ".devcontainer/devcontainer.json").read_text())
    features = {name.rpartition("/")[2].partition(":")[0]: options for name, options in container["features"].items()}
    workflow = (ROOT / ".github/workflows/main.yml").read_text()
    base = re.search(r"python:(3\.\d+)-\w+-(\w+)", (ROOT / "model/Dockerfile").read_text())
    makefile = (ROOT / "Makefile").read_text()

    assert base
    assert container["image"].endswith(f"/python:{base[1]}-{base[2]}")
    assert f"terraform_version: {features['terraform']['version']}\n" in workflow
    assert "docker-in-docker" in features
    for target in re.findall(r"make (\S+)", container["postCreateCommand"]):
        assert f"\n{target}: " in makefile
    assert set(map(str, container["forwardPorts"])) == container["portsAttributes"].keys()


@pytest.mark.parametrize("path", sorted((ROOT / ".github/ISSUE_TEMPLATE").glob("*.yml")), ids=lambda path: path.stem)
def test_a_form_is_one_that_github_shows(path: Path) -> None:
    schema = "vendor.github-issue-config" if path.name == "config.yml" else "vendor.github-issue-forms"
    done = subprocess.run(
        [BIN / "check-jsonschema", "--builtin-schema", schema, path], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout


def test_hooks_run_what_the_environment_has() -> None:
    hooks = [hook for repo in yaml.safe_load(HOOKS.read_text())["repos"] for hook in repo["hooks"]]
    called = {hook["entry"].split()[0] for hook in hooks} - {"make"}
    assert called == {".venv/bin/ruff", ".venv/bin/dvc", ".venv/bin/plumb"}
    assert all((BIN / Path(name).name).exists() for name in called)
