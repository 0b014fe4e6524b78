"""A table that is written by parts has the bytes of one that is written at once."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from plumbline.kernel import parquet


@pytest.mark.parametrize("size", [1, 7, 10, 25, 100])
@pytest.mark.parametrize("count", [3, 10, 40, 57])
def test_the_bytes_are_those_of_to_parquet(
    size: int, count: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(parquet, "GROUP", 10)
    numbers = np.arange(count, dtype=float)
    frame = pd.DataFrame(
        {"id": np.arange(count), "x": np.where(numbers > 30, np.nan, numbers / 3), "y": [f"n{n % 4}" for n in numbers]}
    )
    parts = (frame.iloc[first : first + size] for first in range(0, count, size))
    assert parquet.write(parts, tmp_path / "parts.parquet") == count
    frame.to_parquet(tmp_path / "whole.parquet", index=False, row_group_size=10)
    assert (tmp_path / "parts.parquet").read_bytes() == (tmp_path / "whole.parquet").read_bytes()
