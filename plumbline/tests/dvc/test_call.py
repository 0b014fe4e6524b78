"""What a killed DVC leaves, with real DVC and real processes."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from dvc.lock import Lock

from plumbline.dvc import call
from plumbline.kernel.errors import PlumblineError
from plumbline.testing.repository import run


@pytest.fixture
def lock(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give the path of DVC's lock on outputs; the working directory is its clone."""
    (tmp_path / ".dvc/tmp").mkdir(parents=True)
    monkeypatch.chdir(tmp_path)
    return Path(".dvc/tmp/rwlock")


@pytest.fixture
def repository(lock: Path) -> None:
    """Make the clone one of git and DVC, with a file to add."""
    run(Path(), "git", "init", "--quiet")
    Path(".dvc/config").touch()
    Path("rows.tsv").write_text("1\n")


def held(pid: int) -> str:
    """Give the lock by which a process writes the file."""
    return json.dumps({"write": {str(Path("rows.tsv").absolute()): {"pid": pid, "cmd": "dvc repro"}}})


@pytest.mark.parametrize("content", ["", '{"half', '{"write": {"rows.tsv": {}}}'])
def test_a_lock_that_cannot_be_read_is_removed_which_is_said(
    lock: Path, content: str, capsys: pytest.CaptureFixture[str]
) -> None:
    lock.write_text(content)
    call.unlock()
    assert not lock.exists()
    assert capsys.readouterr().err == ".dvc/tmp/rwlock: removed, for the DVC that wrote it was killed\n"


@pytest.mark.usefixtures("repository")
def test_dvc_goes_on_after_one_that_was_killed_while_it_wrote(lock: Path) -> None:
    lock.write_text('{"half')
    call.run("add", "rows.tsv")
    assert Path("rows.tsv.dvc").exists()


def test_a_lock_of_a_process_that_has_ended_is_removed(lock: Path) -> None:
    with subprocess.Popen([sys.executable, "-c", ""]) as process:
        os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
        lock.write_text(held(process.pid))
        call.unlock()  # nobody has asked yet how it ended
        assert not lock.exists()
    lock.write_text(held(process.pid))
    call.unlock()
    assert not lock.exists()


@pytest.mark.usefixtures("repository")
def test_a_lock_that_somebody_holds_stays_and_is_named_with_the_way_out(lock: Path) -> None:
    lock.write_text(held(os.getpid()))
    with pytest.raises(PlumblineError, match=rf"(?s)`dvc add rows.tsv` failed.*PID {os.getpid()}.*remove '.*/rwlock'"):
        call.run("add", "rows.tsv")
    assert json.loads(lock.read_text())["write"]


def test_a_lock_that_nobody_holds_is_left_alone_in_silence(lock: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lock.write_text("{}")
    call.main()
    assert lock.read_text() == "{}"
    assert capsys.readouterr().err == ""


def test_a_lock_that_a_dvc_is_writing_is_not_removed(lock: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dvc.lock.DEFAULT_TIMEOUT", 0)  # seconds that DVC waits for another
    lock.write_text('{"half')
    with Lock(f"{lock}.lock"):
        call.unlock()
    assert lock.read_text() == '{"half'
