"""dvc.lock, merged by real git with the driver."""

import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from plumbline.dvc import merge_lock
from plumbline.testing.repository import ROOT


def lock(**stages: str) -> str:
    entries = {name: {"cmd": name, "outs": [{"path": name, "md5": md5}]} for name, md5 in stages.items()}
    return yaml.safe_dump({"schema": "2.0", "stages": entries}, sort_keys=False)


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    git(tmp_path, "init", "-q", "-b", "main")
    git(tmp_path, "config", "user.name", "someone")
    git(tmp_path, "config", "user.email", "someone@localhost")
    git(
        tmp_path, "config", "merge.dvc-lock.driver", f"'{sys.executable}' '{ROOT}/plumbline/dvc/merge_lock.py' %O %A %B"
    )
    (tmp_path / ".gitattributes").write_text((ROOT / ".gitattributes").read_text())
    commit(tmp_path, lock(preprocess="1", train="1"))
    return tmp_path


def git(folder: Path, *arguments: str, check: bool = True) -> subprocess.CompletedProcess[str]:
    return subprocess.run(["git", "-C", folder, *arguments], check=check, capture_output=True, text=True)


def commit(folder: Path, content: str) -> None:
    (folder / "dvc.lock").write_text(content)
    git(folder, "add", "-A")
    git(folder, "commit", "-q", "-m", "lock")


def diverge(folder: Path, ours: str, theirs: str) -> subprocess.CompletedProcess[str]:
    git(folder, "switch", "-q", "-c", "other")
    commit(folder, theirs)
    git(folder, "switch", "-q", "main")
    commit(folder, ours)
    return git(folder, "merge", "--no-edit", "other", check=False)


def test_stages_that_one_branch_ran_are_taken_from_it(clone: Path) -> None:
    done = diverge(clone, lock(preprocess="2", train="1"), lock(preprocess="1", train="3", bundle="3"))
    assert done.returncode == 0
    assert (clone / "dvc.lock").read_text() == lock(preprocess="2", train="3", bundle="3")


def test_a_stage_that_both_ran_is_a_conflict_that_leaves_a_lock_that_dvc_reads(clone: Path) -> None:
    done = diverge(clone, lock(preprocess="1", train="2"), lock(preprocess="1", train="3"))
    assert done.returncode == 1
    assert "both branches ran train; run `dvc repro`" in done.stderr
    assert (clone / "dvc.lock").read_text() == lock(preprocess="1")


def test_a_stage_that_one_branch_removed_is_gone() -> None:
    both = yaml.safe_load(lock(tune="1", train="1"))["stages"]
    merged, conflicts = merge_lock.merge(both, {"train": both["train"]}, both)
    assert (list(merged), conflicts) == (["train"], [])
