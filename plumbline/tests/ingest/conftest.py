"""What the tests of the ingestion share: a small contract, rows that obey it, and a real PostgreSQL server."""

import os
from pathlib import Path

import pandas as pd
import pytest

from plumbline.ingest.extract import Parameters
from plumbline.kernel.contract import Contract
from plumbline.testing.repository import run

SHOP = Contract.model_validate(
    {
        "identifier": "id",
        "target": {
            "name": "price",
            "type": "number",
            "unit": "EUR",
            "description": "Price.",
            "minimum": 0,
            "maximum": 1000,
        },
        "columns": {
            "color": {"type": "category", "description": "Color.", "categories": ["red", "None", "blue"]},
            "finish": {"type": "category", "description": "Finish.", "categories": ["matt", "gloss"], "optional": True},
            "year": {"type": "integer", "unit": "year", "description": "Year.", "minimum": 2000, "maximum": 2030},
            "weight": {
                "type": "number",
                "unit": "kg",
                "description": "Weight.",
                "minimum": 0,
                "maximum": 50,
                "optional": True,
            },
        },
    }
)


def rows(count: int, first: int = 1, year: int = 2020) -> pd.DataFrame:
    """Rows that obey the contract, some with missing cells."""
    numbers = range(first, first + count)
    return pd.DataFrame(
        {
            "id": list(numbers),
            "color": [("red", "None", "blue")[n % 3] for n in numbers],
            "finish": [None if n % 4 == 0 else ("matt", "gloss")[n % 2] for n in numbers],
            "year": [year] * count,
            "weight": [None if n % 5 == 0 else n / 8 for n in numbers],
            "price": [n * 0.25 for n in numbers],
        }
    )


@pytest.fixture
def rules() -> Contract:
    return SHOP


@pytest.fixture
def room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder to work in, without settings of the surroundings."""
    for name in [name for name in os.environ if name.startswith("PLUMBLINE_")]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def parameters(room: Path) -> Parameters:
    """An extraction from the file `shop.tsv`, which the test writes."""
    return Parameters(
        connection="shop.tsv",
        dataset="shop",
        table="shop",
        query="select * from shop where year <= $last_year",
        parameters={"last_year": 2020},
        training=Path("data/raw/training.tsv"),
        evaluation=Path("data/raw/evaluation.tsv"),
        evaluation_percent=20,
        salt="s",
    )


@pytest.fixture
def repository(room: Path) -> Path:
    run(room, "git", "init", "--quiet", "--initial-branch", "main")
    run(room, "git", "config", "user.name", "Tester")
    run(room, "git", "config", "user.email", "tester@example.com")
    run(room, "dvc", "init", "--quiet")
    run(room, "git", "commit", "--quiet", "-m", "Start")
    return room
