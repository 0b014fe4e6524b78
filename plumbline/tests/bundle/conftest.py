import datetime
import hashlib
import json

import pytest

from plumbline.bundle import contract, files, writing
from plumbline.testing.keys import Key

COLUMNS = (
    contract.Column(name="light", type="number", unit="hours", minimum=0.5, maximum=24.0, example=7.5),
    contract.Column(name="water", type="integer", unit="ml", minimum=10, maximum=500, required=False, example=100),
    contract.Column(name="species", type="category", categories=("fern", "rosé"), example="fern"),
)
PARTS = {
    "model": b"the services' tests have models; here it is only a file",
    "contract": contract.Contract(
        1,
        model="plants",
        target=contract.Target("height", "cm"),
        interval=contract.Interval(0.8),
        columns=COLUMNS,
        json_schema={"type": "object"},
    ),
    "golden": files.Golden(
        1,
        1e-6,
        [{"light": 7.5, "water": 100, "species": "rosé"}],
        [{"prediction": 140.0, "lower": 126.0, "upper": 154.0}],
    ),
    "reference": files.Reference(
        1,
        3,
        {
            "light": files.Distribution([1, 2], [6.5], 0),
            "water": files.Distribution([0], [], 3),
            "species": files.Distribution({"fern": 2, "rosé": 1}, missing=0),
        },
        files.Distribution([3, 0], [200.0]),
    ),
    "lineage": files.Lineage(
        1,
        {"data/raw/plants.tsv": files.Data("0" * 32, 3)},
        {"data/preprocessor.joblib": files.Artifact("0" * 64)},
        {"model": {"train": {"seed": 1}}},
        {"mae": 8.25, "rows": 3},
        {"python": "3.11"},
    ),
}


def seal(folder):
    """Write the manifest of whatever lies in the folder."""
    beside = {files.MANIFEST, *files.BESIDE}
    contents = {path.name: path.read_bytes() for path in folder.iterdir() if path.name not in beside}
    return writing.seal(folder, contents)


def edit(path, **values):
    path.write_text(json.dumps(json.loads(path.read_text()) | values))


@pytest.fixture
def folder(tmp_path):
    """A bundle that was released as version 3."""
    sha256 = writing.write(tmp_path / "bundle", **PARTS)
    release = files.Release(1, sha256, "plants", "3", released_at=datetime.datetime(2026, 1, 2, tzinfo=datetime.UTC))
    (tmp_path / "bundle/release.json").write_bytes(files.encode(release.describe()))
    return tmp_path / "bundle"


@pytest.fixture
def sha256(folder):
    return hashlib.sha256((folder / "manifest.json").read_bytes()).hexdigest()


@pytest.fixture
def key(tmp_path):
    return Key(tmp_path, "ours")
