"""The rooms never import one another, and the check that says so can fail."""

import tomllib
from pathlib import Path

import pytest

from plumbline.testing.repository import ROOT, copy_repository, run


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return copy_repository(tmp_path_factory.mktemp("walls"))


@pytest.mark.parametrize(
    ("room", "line"),
    [
        ("data/src/featurize.py", "import model.src.train"),
        ("plumbline/ingest/lake.py", "import data.src.validate"),
        ("data/src/featurize.py", "import plumbline.ingest.lake"),
        ("model/src/train.py", "import plumbline.registry.ledger"),
        ("services/api/app/__init__.py", "import plumbline.kernel.errors"),
        ("services/monitor/app/__init__.py", "import plumbline.tracking"),
        ("plumbline/bundle/files.py", "import plumbline.kernel.errors"),
        ("plumbline/kernel/log.py", "import plumbline.bundle.files"),
        ("plumbline/kernel/log.py", "import plumbline.tracking"),
        ("plumbline/registry/ledger.py", "import plumbline.judge.gate"),
        ("plumbline/cloud/wait.py", "import plumbline.deploy.overlay"),
        ("model/src/train.py", "from data.src import preprocess"),
        ("services/predict/app/__init__.py", "import model.src.interval"),
        ("services/api/app/__init__.py", "import services.predict.app"),
        ("services/predict/app/__init__.py", "import pandas"),
        ("plumbline/kernel/log.py", "import data.src.validate"),
    ],
)
def test_an_import_through_a_wall_is_refused(copy: Path, room: str, line: str) -> None:
    module = copy / room
    before = module.read_text()
    module.write_text(f"{before}\n{line}\n")
    try:
        done = run(copy, "lint-imports", "--no-cache", check=False)
    finally:
        module.write_text(before)
    assert done.returncode == 1
    assert "BROKEN" in done.stdout


def test_no_part_of_the_machinery_but_the_bundle_is_open_to_the_services() -> None:
    packages, modules = (ROOT / "plumbline").glob("*/__init__.py"), (ROOT / "plumbline").glob("[a-z]*.py")
    parts = {path.parent.name for path in packages} | {path.stem for path in modules}
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    closed = {
        module.removeprefix("plumbline.")
        for contract in contracts
        if contract.get("source_modules") == ["services"]
        for module in contract["forbidden_modules"]
    }
    assert parts - closed == {"bundle"}
