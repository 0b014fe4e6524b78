"""What a newcomer meets first."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from plumbline.testing import trials
from plumbline.testing.repository import ROOT, copy_repository, run

_SHELL = "bash cksum cut dirname flock git grep head make mkdir readlink rm sed tail"


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


def test_no_python_311_and_no_way_to_fetch_one_is_one_sentence(tmp_path: Path) -> None:
    # given a PATH that holds what make and the script need, a uv, and no Python
    copy, programs = copy_repository(tmp_path / "copy"), tmp_path / "bin"
    programs.mkdir()
    for name in [
        "bash",
        "cksum",
        "cut",
        "dirname",
        "flock",
        "git",
        "grep",
        "head",
        "make",
        "mkdir",
        "readlink",
        "rm",
        "sed",
        "tail",
    ]:
        (programs / name).symlink_to(trials.command(name))
    (programs / "uv").symlink_to(Path(sys.executable).parent / "uv")
    variables = {"PATH": str(programs), "HOME": str(tmp_path), "UV_PYTHON_DOWNLOADS": "never"}
    # when someone sets up
    done = subprocess.run(["make", "setup"], cwd=copy, env=variables, capture_output=True, text=True, check=False)
    # then one sentence says what is missing and what helps
    assert done.returncode != 0
    said = [line for line in done.stderr.splitlines() if not line.startswith("make")]
    assert len(said) == 1, said
    assert "uv cannot fetch" in said[0]
    assert "make PYTHON=/path/to/python3.11" in said[0]


def test_a_colon_in_the_folders_name_is_refused(tmp_path: Path) -> None:
    copy = copy_repository(tmp_path / "a:b")
    done = run(copy, "make", "setup", check=False)
    assert "a folder with a colon in its name" in done.stderr
    assert not (copy / ".venv").exists()


def test_help_fits_a_screen_and_names_both_commands() -> None:
    lines = re.sub(r"\x1b\[\d+m", "", run(ROOT, "make", "help").stdout).splitlines()
    assert len(lines) < 24
    listed = {line.split()[0] for line in lines if line.startswith(" ")}
    assert listed == set(re.findall(r"^\.PHONY: (\S+)$", (ROOT / "Makefile").read_text(), flags=re.M))
    assert {"demo", "test"} <= listed
    assert "plumb --help" in lines[-1]
