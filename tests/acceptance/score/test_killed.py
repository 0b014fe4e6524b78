"""Killed at any moment, the next run finishes what is left, and nothing is there twice."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pandas as pd

from plumbline.local.score import manifest
from plumbline.local.score.folders import Folder
from tests.acceptance.story import until

FILES, ROWS = 6, 4000


def test_killed_twice_it_finishes_and_nothing_is_doubled(golden: pd.DataFrame, house: Path) -> None:
    Path("plants").mkdir()
    many = pd.concat([golden] * (ROWS // len(golden)), ignore_index=True)
    for number in range(FILES):
        many.to_csv(Path("plants", f"{number}.csv"), index=False)
    command = [sys.executable, "-m", "plumbline.cli", "score", "plants", "scored", "--workers", "2"]
    kept: dict[str, int] = {}
    for least in (1, 3):
        with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
            until("files are finished", lambda least=least: len(list(Path("scored").glob("[!.]*.json"))) > least)
            os.kill(process.pid, signal.SIGKILL)
        assert not Path("scored", manifest.MANIFEST).exists()
        finished = {
            path.stem: Path("scored", path.stem).stat().st_ino for path in Path("scored").glob("[!.]*.csv.json")
        }
        assert kept.items() <= finished.items()
        kept = finished

    done = subprocess.run(command, capture_output=True, text=True, check=True)

    assert f"{FILES} files, {FILES * len(many):,} rows, {(FILES - len(kept)) * len(many):,} of them now" in done.stdout
    assert kept.items() <= {path.name: path.stat().st_ino for path in Path("scored").glob("*.csv")}.items()
    assert len({Path("scored", f"{number}.csv").read_bytes() for number in range(FILES)}) == 1
    assert len(pd.read_csv("scored/0.csv")) == len(many)
    assert not list(Path("scored").rglob(".partial-*"))
    assert len(manifest.verify(Folder("scored"))["files"]) == FILES
