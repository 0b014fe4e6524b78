"""The data stages take no more memory for more rows than a part of them, and a few bytes a row."""

import os
from pathlib import Path

import pandas as pd
import pytest
import yaml

from benchmarks.data import stages
from plumbline.ingest import generate
from plumbline.kernel.contract import Contract

ROWS = 300_000
MOST = 700 * 10**6  # bytes; an extraction that held all rows at once took 3.7 kB a row
NUMBER = {"type": "integer", "unit": "m", "description": "Size.", "minimum": 0, "maximum": 999}
LABEL = {"type": "category", "description": "Kind.", "categories": ["north", "east", "south"]}
COLUMNS = {f"number_{n}": NUMBER for n in range(20)} | {f"label_{n}": LABEL for n in range(10)}
CONTRACT = {"identifier": "id", "target": NUMBER | {"name": "price"}, "columns": COLUMNS}


@pytest.mark.slow
def test_the_stages_hold_a_part_of_the_rows(tmp_path: Path) -> None:
    rules = Contract.model_validate(CONTRACT)
    numbers = {name: [str(row * 7 % 1000) for row in range(100)] for name in ("price", *rules.numbers)}
    labels = {name: [LABEL["categories"][row % 3] for row in range(100)] for name in rules.categories}
    generate.generate(tmp_path / "rows.parquet", ROWS, 1, pd.DataFrame(numbers | labels), rules)
    stages.prepare(tmp_path, tmp_path / "rows.parquet", yaml.safe_dump(CONTRACT))
    environment = os.environ | {"PLUMBLINE_PART_ROWS": "20000", "PLUMBLINE_MEMORY": "100MB"}
    peaks = {stage: stages.run(stage, tmp_path, dict(environment)).peak for stage in stages.STAGES}
    assert {stage: peak for stage, peak in peaks.items() if peak > MOST} == {}, peaks
