"""Every PRODUCT file is the release's, or is named."""

import subprocess
import sys

import pytest

from plumbline.kernel.errors import PlumblineError
from plumbline.product.verify import verify
from plumbline.tests.product.conftest import FILES

WORKFLOW = ".github/workflows/ci.yml"


def found(clone) -> list[str]:
    return [str(one) for one in verify(clone.root)]


def test_a_house_with_its_own_values_and_files_is_whole(team) -> None:
    assert found(team) == []


@pytest.mark.parametrize(
    ("path", "text", "expected"),
    [
        ("services/api/main.py", "else\n", ["edited: services/api/main.py"]),
        (WORKFLOW, FILES[WORKFLOW], [f"edited: {WORKFLOW}"]),  # the release's own, without the house's values
        ("services/api/extra.py", "", ["additional: services/api/extra.py"]),
        ("data/params.yaml", "", []),
        ("ours/file", "", []),
        ("services/some.made", "", []),
    ],
)  # fmt: skip
def test_what_differs_is_named(team, path: str, text: str, expected: list[str]) -> None:
    team.write({path: text})
    assert found(team) == expected


def test_a_missing_file_is_named_and_one_that_may_no_longer_run(team) -> None:
    (team.root / "docs/old.md").unlink()
    (team.root / "services/api/run").chmod(0o644)
    assert found(team) == ["missing: docs/old.md", "edited: services/api/run"]


def test_what_the_team_says_it_added_is_not_additional(team) -> None:
    team.write({"docs/ours.md": ""})
    team.edit("plumbline.toml", "own = []", 'own = ["docs/ours.md"]')
    assert found(team) == []


def test_the_command_names_it_and_exits_1(team) -> None:
    command = [sys.executable, "-m", "plumbline.cli", "product", "verify"]
    assert subprocess.run(command, cwd=team.root, check=False, capture_output=True).returncode == 0
    team.edit("services/api/main.py", "line 1", "edited")
    done = subprocess.run(command, cwd=team.root, check=False, capture_output=True, text=True)
    assert done.returncode == 1
    assert done.stderr.endswith("error: not as the release has it:\nedited: services/api/main.py\n")


def test_a_clone_that_was_never_initialised_says_so(product) -> None:
    with pytest.raises(PlumblineError, match=r"\.plumbline-release\.json does not exist: .* init"):
        verify(product.root)
