"""A data set of another kind, which the whole pipeline has run on."""

import shutil
from pathlib import Path

import pytest

from plumbline.testing.repository import ROOT, copy_repository, run


@pytest.fixture(scope="session")
def second_dataset(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the repository whose data and model are replaced, with the pipeline run up to the release."""
    copy = copy_repository(tmp_path_factory.mktemp("second"))
    shutil.rmtree(copy / "data/warehouse")
    for stale in [copy / "dvc.lock", *copy.glob("data/raw/*.dvc"), copy / "model/artifacts/metrics.json"]:
        stale.unlink(missing_ok=True)
    shutil.copytree(ROOT / "tests/acceptance/second_dataset", copy, dirs_exist_ok=True)
    run(copy, "plumb", "data", "warehouse")
    run(copy, "plumb", "data", "extract")
    run(copy, "dvc", "add", "--quiet", "data/raw/training_data.tsv", "data/raw/evaluation_data.tsv")
    run(copy, "dvc", "repro")
    run(copy, "plumb", "release", "keys")
    run(copy, "plumb", "release", "register")
    return copy
