"""What the tests of the adoption share: a table that nobody prepared, and a folder to adopt it in."""

import re
import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from plumbline.testing.repository import ROOT, run


def rides(count: int = 300, seed: int = 1) -> pd.DataFrame:
    """Bicycle rides, as a program of somebody else might write them."""
    random = np.random.default_rng(seed)
    km = random.gamma(2, 4, count).round(2)
    minutes = (km * 4 + random.normal(0, 2, count) + 5).round(1)
    return pd.DataFrame(
        {
            "Ride ID": [f"{n:05}" for n in range(count)],
            "Start": pd.to_datetime("2025-01-01") + pd.to_timedelta(random.integers(0, 300 * 24, count), unit="h"),
            "Day": [f"2025-{1 + n % 12:02}-{1 + n % 28:02}" for n in range(count)],
            "Distance (km)": [None if n % 17 == 0 else value for n, value in enumerate(km)],
            "Size": random.choice(["Small", "Medium", "Large"], count),
            "Member": random.choice(["True", "False"], count),
            "Helmet": random.choice(["Yes", "No"], count),
            "Zone": random.choice(["007", "012"], count),
            "Station": [f"S{n}" for n in (random.pareto(1.2, count) * 3).astype(int)],
            "Remark": [f"a remark on the ride of number {n} by someone" for n in range(count)],
            "Country": "CH",
            "Gone": None,
            "Seconds": minutes * 60,
            "Minutes": minutes,
            "Late": np.where(minutes > 40, "Yes", "No"),
            "Kind": np.select([minutes < 20, minutes < 40], ["short", "medium"], "long"),
        }
    )


def bare(folder: Path) -> Path:
    """Lay the files of this repository that an adoption reads and writes into a repository at `folder`."""
    documents = ("README.md", "model/README.md", "data")
    for name in (*documents, "model/params.yaml", "model/configs", "plumbline.toml", "dvc.lock", "expected_hashes.txt"):
        source, target = ROOT / name, folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        if source.is_dir():
            shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__", "features", "tests"))
        else:
            shutil.copyfile(source, target)
    # A clone that has adopted a table already is asked again; these tests ask for the first time.
    parameters = folder / "data/params.yaml"
    parameters.write_text(re.sub(r"^adopt:\n(?: .*\n)*", "", parameters.read_text(), flags=re.MULTILINE))
    run(folder, "git", "init", "--quiet", "--initial-branch", "main")
    run(folder, "git", "-c", "user.name=T", "-c", "user.email=t@example.com", "add", "-A")
    run(folder, "git", "-c", "user.name=T", "-c", "user.email=t@example.com", "commit", "--quiet", "-m", "Start")
    return folder


@pytest.fixture
def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A bare repository, as the working folder."""
    monkeypatch.chdir(bare(tmp_path))
    return tmp_path
