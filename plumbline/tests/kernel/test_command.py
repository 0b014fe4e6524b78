"""Programs that are run, and what is said when they fail."""

import sys
from pathlib import Path

import pytest

from plumbline.kernel import command
from plumbline.kernel.errors import PlumblineError


def test_its_output_is_given_back(tmp_path: Path) -> None:
    assert command.run(sys.executable, "-c", "import os; print(os.getcwd())", folder=tmp_path).strip() == str(tmp_path)


def test_a_failure_shows_the_command_its_last_lines_and_what_to_do() -> None:
    code = "import sys; print(*range(100), sep='\\n'); sys.exit('no such remote')"
    with pytest.raises(PlumblineError) as refusal:
        command.run(sys.executable, "-c", code, advice="run `dvc remote list`")
    lines = str(refusal.value).splitlines()
    assert lines[0].startswith(f"`{sys.executable} -c")
    assert lines[-3:] == ["99", "no such remote", "run `dvc remote list`"]
    assert "50" not in lines
