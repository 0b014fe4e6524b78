"""An upgrade that is killed leaves the clone as it was, and the next one finds nothing in its way."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from plumbline.kernel import jsonfile
from plumbline.kernel.alone import alone
from plumbline.kernel.errors import PlumblineError
from plumbline.product import move
from plumbline.product.upgrade import upgrade
from plumbline.product.verify import verify
from plumbline.testing.repository import ROOT

STEPS = ["upgrade.fetch", "upgrade.prepare", "upgrade.replace", "upgrade.settle", "upgrade.migrate", "upgrade.commit",
         "move.forward"]  # fmt: skip


def run(folder: Path, *command: str) -> subprocess.CompletedProcess[str]:
    variables = os.environ | {"PYTHONPATH": str(ROOT)}
    return subprocess.run(
        [sys.executable, *command], cwd=folder, env=variables, capture_output=True, text=True, check=False
    )


@pytest.mark.parametrize("step", STEPS)
def test_killed_at_a_step_it_leaves_the_clone_as_it_was(team, released, step: str) -> None:
    before = team.state()
    module, function = step.split(".")
    program = f"""
import os, signal
from plumbline.product import move, upgrade
{module}.{function} = lambda *_: os.kill(os.getpid(), signal.SIGKILL)
upgrade.upgrade("v0.3.0")
"""
    assert run(team.root, "-c", program).returncode == -signal.SIGKILL
    assert team.state() == before

    assert upgrade("v0.3.0", root=team.root).commit
    assert verify(team.root) == []


@pytest.mark.slow
def test_killed_before_every_act_it_leaves_the_clone_as_it_was(team, released) -> None:
    done = run(team.root, str(ROOT / "plumbline/tests/product/killing.py"), "v0.3.0")
    assert done.returncode == 0, done.stderr
    kills, through = map(int, done.stdout.split())
    assert kills > 30
    assert 0 < through < kills / 2
    assert verify(team.root) == []
    assert not move.private(team.root).exists()


def half_moved(team, released) -> tuple[str, str]:
    """Stand in for a machine that went down while git moved the files."""
    before = team.git("rev-parse", "HEAD")
    after = str(upgrade("v0.3.0", root=team.root).commit)
    team.git("reset", "--quiet", "--hard", before)
    jsonfile.write(move.private(team.root, ".json"), {"before": before, "after": after})
    moved = ["services/api/main.py", "docs/new.md", ".github/workflows/ci.yml"]
    team.git("restore", f"--source={after}", "--worktree", "--", *moved)
    (team.root / "docs/old.md").unlink()
    return before, after


def test_files_that_had_moved_are_put_back(team, released) -> None:
    before, _ = half_moved(team, released)
    assert team.git("status", "--porcelain")

    move.recover(team.root)

    assert team.git("status", "--porcelain") == ""
    assert team.git("rev-parse", "HEAD") == before
    assert not move.private(team.root, ".json").exists()


def test_a_file_that_git_never_knew_is_nobodys_half_move(team, released) -> None:
    before, _ = half_moved(team, released)
    team.write({"docs/new.md": "mine\n"})
    move.recover(team.root)
    assert team.read("docs/new.md") == "mine\n"
    assert team.git("status", "--porcelain") == "?? docs/new.md"
    assert team.git("rev-parse", "HEAD") == before


def test_a_move_that_fails_half_way_is_put_back(team, released, monkeypatch) -> None:
    before, after = half_moved(team, released)
    team.git("reset", "--quiet", "--hard", before)
    (team.root / "docs/new.md").unlink()
    git = move.git  # type: ignore[attr-defined]

    def fail(root: Path, *arguments: str) -> bytes:
        if arguments[0] != "merge":
            return git(root, *arguments)
        team.git("restore", f"--source={after}", "--worktree", "--", "services/api/main.py", "docs/new.md")
        raise PlumblineError("no space left")

    monkeypatch.setattr(move, "git", fail)
    with pytest.raises(PlumblineError, match="no space left"):
        move.forward(team.root, before, after)
    assert team.git("status", "--porcelain") == ""
    assert not move.private(team.root, ".json").exists()


def test_a_file_that_was_edited_since_is_named_and_kept(team, released) -> None:
    half_moved(team, released)
    team.edit("services/api/main.py", "line 5", "mine")
    with pytest.raises(PlumblineError, match=r"edited since: services/api/main\.py"):
        upgrade("v0.3.0", root=team.root)
    assert "mine" in team.read("services/api/main.py")


def test_two_at_a_time_are_refused(team, released) -> None:
    lock = move.private(team.root, ".lock")
    with alone("test", lock), pytest.raises(PlumblineError, match=rf"another upgrade .* \(pid {os.getpid()}\)"):
        upgrade("v0.3.0", root=team.root)
