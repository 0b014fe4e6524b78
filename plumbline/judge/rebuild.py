"""Rebuild the model from the raw data, and compare the build with the developer's."""

import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pandas as pd

from plumbline.bundle import reading
from plumbline.bundle.contract import Contract
from plumbline.bundle.files import MANIFEST, MODEL
from plumbline.dvc import call, lock
from plumbline.judge import scoring
from plumbline.kernel import contract, hashing, table

BUNDLE = Path("model/artifacts/bundle")
_RAW = ("data/raw/training_data.tsv", "data/raw/evaluation_data.tsv")
Statement = Literal["identical bytes", "identical predictions", "different", "new data"]


@dataclass(frozen=True)
class Verdict:
    """What a comparison states, and the artifacts whose bytes differ, or the data that no developer built from."""

    statement: Statement
    differing: list[str]


def rebuild() -> None:
    """Pull the raw data alone, and run every stage again; nothing of an earlier run is taken over.

    Raises:
        PlumblineError: The raw data is not on the remote, or a stage failed.
    """
    advice = "Whoever extracted the data must run `dvc push`"
    call.run("pull", *(f"{path}.dvc" for path in _RAW), advice=advice)
    call.run("repro", "--force", "--no-run-cache")


def compare(commit: str, before: dict[str, Any]) -> Verdict:
    """Compare the build that lies here with the one that a commit names.

    Args:
        commit: The developer's.
        before: The stages of its dvc.lock.

    Raises:
        PlumblineError: The bytes differ, and the developer's bundle cannot be had to compare the predictions.
    """
    newer = sorted({path for _, path in lock.newer_data(Path(), before)})
    if newer:
        return Verdict("new data", newer)
    outs = _differing_outs(before, lock.read(Path()))
    if not outs:
        return Verdict("identical bytes", [])
    if BUNDLE.as_posix() not in outs:
        return Verdict("identical predictions", outs)
    rules = contract.read(Path("data/contract.yaml"))
    rows = pd.concat([table.read_tsv(Path(path), rules) for path in _RAW], ignore_index=True)
    with tempfile.TemporaryDirectory() as scratch:
        theirs = Path(scratch) / "bundle"
        advice = f"The builds differ in {', '.join(outs)}. Whoever made {commit} must run `dvc push`"
        call.run("get", ".", BUNDLE.as_posix(), "--rev", commit, "--out", str(theirs), advice=advice)
        same = _same_predictions(BUNDLE, theirs, rows)
        named = [out for out in outs if out != BUNDLE.as_posix()] + _differing_files(BUNDLE, theirs)
    return Verdict("identical predictions" if same else "different", sorted(named))


def _differing_outs(before: dict[str, Any], after: dict[str, Any]) -> list[str]:
    """Name the outputs whose hashes are not the same in two dvc.lock files."""

    def hashes(stages: dict[str, Any]) -> dict[str, str]:
        return {out["path"]: out["md5"] for entry in stages.values() for out in entry.get("outs", [])}

    old, new = hashes(before), hashes(after)
    return sorted(path for path in old.keys() | new.keys() if old.get(path) != new.get(path))


def _differing_files(ours: Path, theirs: Path) -> list[str]:
    def hashes(bundle: Path) -> dict[str, str]:
        return {path.name: hashing.digest(path) for path in bundle.iterdir()}

    old, new = hashes(theirs), hashes(ours)
    names = sorted(name for name in old.keys() | new.keys() if old.get(name) != new.get(name))
    return [f"{BUNDLE.as_posix()}/{name}" for name in names if name != MANIFEST]


def _same_predictions(ours: Path, theirs: Path, rows: pd.DataFrame) -> bool:
    """Tell whether two bundles ask for the same inputs and give the same bits for every row."""
    asked = reading.part(ours, Contract)
    if asked != reading.part(theirs, Contract):
        return False
    inputs = scoring.feed(rows, asked)
    first, second = (scoring.answers(scoring.session(str(path / MODEL)), inputs, asked) for path in (ours, theirs))
    return bool(np.array_equal(first, second))
