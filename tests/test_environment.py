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


def listed(target: str) -> list[str]:
    return re.sub(r"\x1b\[\d+m", "", run(ROOT, "make", target).stdout).splitlines()


def test_help_fits_a_screen_and_names_both_commands() -> None:
    lines = listed("help")
    assert len(lines) < 24
    assert {"demo", "test", "up", "clean"} <= {line.split()[0] for line in lines}
    assert "plumb --help" in lines[-1]


def test_help_all_lists_every_target() -> None:
    text = "\n".join(path.read_text() for path in [ROOT / "Makefile", *ROOT.glob("make/*.mk")])
    assert {line.split()[0] for line in listed("help-all")} == set(re.findall(r"^\.PHONY: (\S+)$", text, flags=re.M))
