"""What a newcomer meets first."""

import re
from pathlib import Path

import pytest

from plumbline.testing.repository import ROOT, copy_repository, run


@pytest.mark.parametrize("version", ["3.9", "3.12"])
def test_another_python_gives_one_clear_line(tmp_path: Path, version: str) -> None:
    # given a Python of another version
    copy = copy_repository(tmp_path / "copy")
    python = tmp_path / "python"
    python.write_text(f"#!/bin/sh\necho {version}\n")
    python.chmod(0o755)
    # when someone sets up
    done = run(copy, "make", f"PYTHON={python}", "setup", check=False)
    # then one line says what to do, before make's own
    assert done.returncode != 0
    lines = [line for line in done.stderr.splitlines() if not line.startswith("make")]
    assert lines == [
        f"Plumbline builds with Python 3.11 and {python} is {version}:"
        f" install 3.11, or name it with make PYTHON=/path/to/python3.11"
    ]
    assert not (copy / ".venv").exists()


def test_help_fits_a_screen_and_names_both_commands() -> None:
    lines = re.sub(r"\x1b\[\d+m", "", run(ROOT, "make", "help").stdout).splitlines()
    assert len(lines) < 24
    listed = {line.split()[0] for line in lines if line.startswith(" ")}
    assert listed == set(re.findall(r"^\.PHONY: (\S+)$", (ROOT / "Makefile").read_text(), flags=re.M))
    assert {"demo", "test"} <= listed
    assert "plumb --help" in lines[-1]
