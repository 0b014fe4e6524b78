"""A run of the workflows waits for no more than it needs, and what is kept from run to run stays small."""

from pathlib import Path

import pytest

from plumbline.testing.repository import ROOT, plant
from plumbline.tests.ci import workflow_costs as costs
from plumbline.tests.ci.workflow_checks import copy

CHECKS = {
    check.__name__: check
    for check in (
        costs.caches_that_only_grow,
        costs.caches_of_another_environment,
        costs.tools_that_are_made_in_each_run,
        costs.inputs_that_have_a_new_name,
    )
}
NAMES = ("ci", "deploy", "images", "main")
CI, DEPLOY, IMAGES, MAIN = (f".github/workflows/{name}.yml" for name in NAMES)
PLUMB, PYTHON = (f".github/actions/{name}/action.yml" for name in ("plumb", "python"))


@pytest.mark.parametrize("name", CHECKS)
def test_there_are_no(name: str) -> None:
    assert CHECKS[name](ROOT) == []


@pytest.mark.parametrize(
    ("check", "file", "old", "new", "message"),
    [
        (
            "caches_that_only_grow",
            IMAGES,
            "key: layers-${{ matrix.image }}-",
            "key: layers-${{ github.sha }}-",
            "job build: the key of .plumbline/layers is not of what is kept there",
        ),
        (
            "caches_that_only_grow",
            CI,
            "key: schemas-${{ hashFiles('infrastructure/schemas.toml') }}",
            "key: schemas",
            "job crossing: the key of .plumbline/schemas",
        ),
        (
            "caches_that_only_grow",
            PYTHON,
            "        key: uv-",
            "        restore-keys: uv-\n        key: uv-",
            "action python: what ~/.cache/uv held under an older key stays in it for ever",
        ),
        (
            "caches_of_another_environment",
            PLUMB,
            "        requirements: ci\n",
            "        requirements: dev\n",
            "action plumb: restores what dev names and installs ci",
        ),
        (
            "tools_that_are_made_in_each_run",
            MAIN,
            "key: tools-tflint-${{ runner.os }}-${{ hashFiles('plumbline/testing/tools.py') }}",
            "key: tools-tflint-${{ runner.os }}",
            "job terraform: `plumb ci tools tflint` makes .plumbline/bin in each run",
        ),
        (
            "tools_that_are_made_in_each_run",
            MAIN,
            "            .plumbline/schemas\n",
            "",
            "job tests: `plumb ci tools` makes .plumbline/schemas in each run",
        ),
        (
            "tools_that_are_made_in_each_run",
            CI,
            "plumb ci tools promtool schemas",
            "plumb ci tools promtool schemas actionlint",
            "job crossing: `plumb ci tools promtool schemas actionlint` makes .plumbline/bin",
        ),
        (
            "inputs_that_have_a_new_name",
            DEPLOY,
            "client-id: ${{ vars",
            "app-id: ${{ vars",
            "job propose: actions/create-github-app-token calls `app-id` `client-id` now",
        ),
    ],
)
def test_a_planted_fault_is_found(tmp_path: Path, check: str, file: str, old: str, new: str, message: str) -> None:
    root = copy(tmp_path)
    plant(root, file, old, new)
    faults = CHECKS[check](root)
    assert [fault for fault in faults if message in fault], faults
