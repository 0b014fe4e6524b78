"""How a stage starts, logs and ends, each in a process of its own."""

import json
import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest

from plumbline.kernel import runtime
from plumbline.testing.repository import ROOT

PROGRAM = """
import os
from plumbline.kernel import log, stage
from plumbline.kernel.errors import PlumblineError
def main():
    log.get("toy").debug("hidden")
    log.get("toy").info("started", seed=os.environ["PYTHONHASHSEED"], rows=3)
    {last}
if __name__ == "__main__":
    stage.run(main)
"""


def start(folder: Path, last: str = "pass", **environment: str) -> subprocess.CompletedProcess[str]:
    script = folder / "toy.py"
    script.write_text(PROGRAM.format(last=last))
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PLUMBLINE_")}
    for name in runtime.pinned():
        kept.pop(name, None)
    given = kept | {"PYTHONPATH": str(ROOT)} | environment
    return subprocess.run([sys.executable, str(script)], env=given, capture_output=True, text=True, check=False)


def test_a_stage_runs_under_the_pinned_variables_whatever_the_shell_says(tmp_path: Path) -> None:
    for environment in ({}, {"PYTHONHASHSEED": "7", "OPENBLAS_CORETYPE": "Zen"}):
        done = start(tmp_path, "print({n: os.environ[n] for n in " + repr(list(runtime.pinned())) + "})", **environment)
        assert done.stdout.strip() == repr(runtime.pinned())


def test_elsewhere_than_on_a_terminal_each_line_is_one_json_object(tmp_path: Path) -> None:
    done = start(tmp_path)
    entry = json.loads(done.stderr)
    assert (entry["stage"], entry["event"], entry["level"], entry["rows"]) == ("toy", "started", "info", 3)
    assert entry["timestamp"].endswith("Z")


def test_on_a_terminal_a_line_is_for_humans(tmp_path: Path) -> None:
    (tmp_path / "toy.py").write_text(PROGRAM.format(last="pass"))
    ours, theirs = pty.openpty()
    command = [sys.executable, str(tmp_path / "toy.py")]
    subprocess.run(command, env=os.environ | {"PYTHONPATH": str(ROOT)}, stderr=theirs, check=True)
    os.close(theirs)
    shown = os.read(ours, 10_000).decode()
    os.close(ours)
    assert "started" in shown
    assert not shown.startswith("{")


def test_the_level_is_a_setting(tmp_path: Path) -> None:
    assert "hidden" in start(tmp_path, PLUMBLINE_LOG_LEVEL="debug").stderr
    assert start(tmp_path, PLUMBLINE_LOG_LEVEL="ERROR").stderr == ""


@pytest.mark.parametrize("name", ["PLUMBLINE_LOG_LEVEL", "PLUMBLINE_NONSENSE"])
def test_a_wrong_setting_ends_with_a_message_and_no_traceback(tmp_path: Path, name: str) -> None:
    done = start(tmp_path, **{name: "nonsense"})
    assert done.returncode == 1
    assert name in done.stderr
    assert "Traceback" not in done.stderr


def test_a_users_error_ends_with_its_message_and_no_traceback(tmp_path: Path) -> None:
    done = start(tmp_path, "raise PlumblineError('mend it so')")
    assert done.returncode == 1
    assert done.stderr.endswith("error: mend it so\n")
    assert "Traceback" not in done.stderr


def test_a_fault_of_our_own_keeps_its_traceback(tmp_path: Path) -> None:
    assert "ZeroDivisionError" in start(tmp_path, "1 / 0").stderr
