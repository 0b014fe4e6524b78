"""What actionlint, zizmor, yamllint and GitHub's schemas say of the workflows, and that they would say something."""

import json
import re
from pathlib import Path

import pytest

from plumbline.testing import needs
from plumbline.testing.repository import ROOT, plant, run
from plumbline.tests.ci import workflow_checks as checks
from plumbline.tests.ci.workflow_checks import copy

GATE = ".github/workflows/pr-gate.yml"
ZIZMOR = ("zizmor", "--offline", "--no-progress", "--quiet", ".github")


def test_zizmor_finds_nothing() -> None:
    done = run(ROOT, *ZIZMOR, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_zizmor_finds_an_injected_title(tmp_path: Path) -> None:
    root = copy(tmp_path)
    plant(root, GATE, "plumb ci route --github", 'echo "${{ github.event.pull_request.title }}"')
    done = run(root, *ZIZMOR, check=False)
    assert done.returncode != 0
    assert "template-injection" in done.stdout


def test_the_files_obey_the_schemas_of_github() -> None:
    workflows, actions = sorted(ROOT.glob(".github/workflows/*.yml")), sorted(ROOT.glob(".github/actions/*/action.yml"))
    for schema, files in {
        "github-workflows": workflows,
        "github-actions": actions,
        "dependabot": [ROOT / ".github/dependabot.yml"],
    }.items():
        run(ROOT, "check-jsonschema", "--builtin-schema", f"vendor.{schema}", *map(str, files))


def test_every_yaml_file_is_well_formed() -> None:
    tracked = run(ROOT, "git", "ls-files", "--cached", "--others", "--exclude-standard").stdout.splitlines()
    names = [name for name in tracked if name.endswith((".yaml", ".yml")) and (ROOT / name).exists()]
    run(ROOT, "yamllint", "--strict", *names)


def actionlint(root: Path) -> str:
    needs.require("actionlint")
    files = sorted(str(path) for path in root.glob(".github/workflows/*.yml"))
    return run(root, "actionlint", "-no-color", *files, check=False).stdout


# What actionlint knows, where that is older than what is in use: versions, and an input that has a new name.
KNOWN = {
    "client-id: ${{ vars": "app-id: ${{ vars",
    "actions/checkout@v7": "actions/checkout@v6",
    "actions/setup-python@v7": "actions/setup-python@v6",
}


def for_actionlint(root: Path) -> Path:
    """Replace each hash by the major version, whose inputs actionlint knows; make workflows of composite actions."""
    for path in sorted(root.glob(".github/actions/*/action.yml")):
        action = checks.load(path)
        inputs = {name: {"type": "string"} for name in action.get("inputs", {})}
        job = {"runs-on": "ubuntu-24.04", "steps": action["runs"]["steps"]}
        content = {"on": {"workflow_call": {"inputs": inputs}}, "jobs": {"steps": job}}
        lines = path.read_text().splitlines()
        versions = dict(re.findall(r"uses: (\S+@[0-9a-f]{40}) # (v\d+)", "\n".join(lines)))
        text = json.dumps(content)
        for used, version in versions.items():
            text = text.replace(used, f"{used.split('@')[0]}@{version}")
        (root / f".github/workflows/action-{path.parent.name}.yml").write_text(text)
    for path in sorted(root.glob(".github/workflows/*.yml")):
        text = re.sub(r"@[0-9a-f]{40} # (v\d+)\S*", r"@\1", path.read_text())
        for used, known in KNOWN.items():
            text = text.replace(used, known)
        path.write_text(text)
    return root


def test_actionlint_finds_nothing() -> None:
    assert actionlint(ROOT) == ""


def test_actionlint_finds_no_wrong_input_of_an_action(tmp_path: Path) -> None:
    assert actionlint(for_actionlint(copy(tmp_path))) == ""


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        (".github/workflows/ci.yml", "persist-credentials:", "persist-credential:"),
        (".github/workflows/action-python.yml", '"python-version":', '"python-versions":'),
        (".github/workflows/data-pipeline.yml", "if-no-files-found:", "if-none-found:"),
        (".github/workflows/service-pipeline.yml", "flags:", "flag:"),
    ],
)
def test_actionlint_finds_a_wrong_input_of_an_action(tmp_path: Path, file: str, old: str, new: str) -> None:
    root = for_actionlint(copy(tmp_path))
    plant(root, file, old, new)
    assert f'input "{new.strip(":").strip(chr(34))}" is not defined in action' in actionlint(root)
