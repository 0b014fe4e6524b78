"""The workflow of a team's own that docs/workflows.md shows: it obeys the rules of ours, and runs what it calls."""

import re
import shutil
from pathlib import Path

import pytest

from plumbline.ci.jobs.play import World, played, read
from plumbline.ci.jobs.worlds import WORLDS
from plumbline.testing import needs
from plumbline.testing.repository import ROOT, plant, run
from plumbline.tests.ci import workflow_checks as checks
from plumbline.tests.ci import workflow_costs as costs

NAME = "monday.yml"
FILE = f".github/workflows/{NAME}"
RULES = (
    checks.actions_that_are_not_pinned,
    checks.calls_that_grant_too_little,
    checks.grants_without_a_reason,
    checks.groups_that_lose_a_run,
    checks.jobs_without_a_timeout,
    checks.local_files_that_do_not_exist,
    checks.secrets_that_are_not_documented,
    checks.settings_that_are_no_secret_too,
    checks.steps_that_are_no_command,
    costs.caches_that_only_grow,
    costs.tools_that_are_made_in_each_run,
)


@pytest.fixture
def house(tmp_path: Path) -> Path:
    """What the checks look at, with the documented file."""
    root = checks.copy(tmp_path)
    shutil.copy(ROOT / "plumbline.toml", root)
    (text,) = re.findall(r"```yaml\n(.*?)```", (ROOT / checks.DOC).read_text(), re.DOTALL)
    (root / FILE).write_text(text)
    return root


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_it_obeys(house: Path, rule: costs.Check) -> None:
    assert rule(house) == []


def test_a_call_that_grants_too_little_is_found_in_it_too(house: Path) -> None:
    plant(house, FILE, "contents: write # the tag and the ledger", "contents: read")
    (fault, *_) = checks.calls_that_grant_too_little(house)
    assert fault.startswith(f"{NAME}, job model does not grant `contents: write`")


def test_it_builds_the_official_model(house: Path) -> None:
    ran = played(read(house), World((NAME,), WORLDS["night"][1].github))
    assert {f"{NAME}/model", "model-pipeline.yml/official", "deploy.yml/propose"} <= ran
    assert "model-pipeline.yml/tune" not in ran


def test_the_page_of_jobs_leaves_it_out(house: Path) -> None:
    assert NAME in read(house)
    plant(house, "plumbline.toml", "own = []", f'own = ["{FILE}"]')
    assert read(house).keys() == read(ROOT).keys()


def test_actionlint_finds_nothing(house: Path) -> None:
    needs.require("actionlint")
    done = run(house, "actionlint", "-no-color", FILE, check=False)
    assert done.stdout == ""
