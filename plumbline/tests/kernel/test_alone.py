"""Two processes that would do the same at once."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from plumbline.kernel.alone import alone
from plumbline.kernel.errors import PlumblineError
from plumbline.testing.repository import ROOT

_HOLD = """
import sys
from pathlib import Path
from plumbline.kernel.alone import alone
with alone("test", Path(sys.argv[1])):
    print("in", flush=True)
    sys.stdin.read(1)
"""


def holding(lock: Path) -> subprocess.Popen[str]:
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    pipe, command = subprocess.PIPE, [sys.executable, "-c", _HOLD, str(lock)]
    return subprocess.Popen(command, env=environment, text=True, stdin=pipe, stdout=pipe, stderr=pipe)


def entered(other: subprocess.Popen[str]) -> None:
    assert other.stdout is not None
    assert other.stdout.readline() == "in\n"


def test_who_does_not_wait_is_told_the_pid(tmp_path: Path) -> None:
    with holding(tmp_path / "lock") as other:
        entered(other)
        said = rf"another test is running here \(pid {other.pid}\)"
        with pytest.raises(PlumblineError, match=said), alone("test", tmp_path / "lock", wait=False):
            pass
        other.communicate("x")


def test_who_waits_says_so_and_comes_in_then(tmp_path: Path) -> None:
    with alone("test", tmp_path / "lock"):
        other = holding(tmp_path / "lock")
        assert other.stderr is not None
        assert f"(pid {os.getpid()}): waiting" in other.stderr.readline()
    out, _ = other.communicate("x", timeout=30)
    assert out == "in\n"


def test_a_killed_process_keeps_nobody_out(tmp_path: Path) -> None:
    with holding(tmp_path / "lock") as other:
        entered(other)
        other.kill()
    with alone("test", tmp_path / "lock", wait=False):
        assert (tmp_path / "lock").read_text() == str(os.getpid())


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(PlumblineError, match=r"file/lock cannot be written"), alone("test", tmp_path / "file/lock"):
        pass
