"""What the data room hands over is read only if it fits the contract."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from model.src import features
from model.tests import portable_cases as cases
from plumbline.kernel.errors import PlumblineError

FRAME = pd.DataFrame({"id": [7, 3], "area": [1.0, np.nan], "age": [2, 4], "quality": [0.0, -1.0], "y": [10.0, 20.0]})


def written(tmp_path: Path, frame: pd.DataFrame) -> Path:
    path = tmp_path / "train.parquet"
    frame.to_parquet(path)
    return path


def test_features_are_read_in_the_contracts_order_as_double(tmp_path: Path) -> None:
    data = features.read(written(tmp_path, FRAME), cases.RULES)
    assert data.names == ["area", "age", "quality"]
    assert data.identifiers.tolist() == [7, 3]
    np.testing.assert_array_equal(data.X, [[1.0, 2.0, 0.0], [np.nan, 4.0, -1.0]])
    assert (data.X.dtype, data.X.flags.c_contiguous) == (np.float64, True)
    assert data.y.tolist() == [10.0, 20.0]


def test_features_are_what_the_preprocessor_made_and_codes_are_known_by_their_column(tmp_path: Path) -> None:
    combined = FRAME[["id", "quality", "age", "y"]].copy()
    combined.insert(1, "area_per_age", [0.5, np.nan])
    data = features.read(written(tmp_path, combined), cases.RULES)
    assert data.names == ["area_per_age", "quality", "age"]
    assert (data.categories, data.numbers) == ([1], [0, 2])


@pytest.mark.parametrize(
    "frame",
    [FRAME.drop(columns="y"), FRAME[["area", "id", "y"]], FRAME[["id", "y"]]],
    ids=["no target", "no identifier first", "no feature"],
)
def test_a_file_that_does_not_fit_the_contract_is_refused(tmp_path: Path, frame: pd.DataFrame) -> None:
    with pytest.raises(PlumblineError, match=r"(?s)has the columns .* asks for id, the features and y: run `dvc"):
        features.read(written(tmp_path, frame), cases.RULES)


def test_a_class_is_read_as_its_position_and_an_unknown_one_is_refused(tmp_path: Path) -> None:
    rules = cases.rules("multiclass")
    data = features.read(written(tmp_path, FRAME.assign(y=["dear", "cheap"])), rules)
    assert data.y.tolist() == [2.0, 0.0]
    with pytest.raises(PlumblineError, match="has the class 'free', which the contract does not list: run `dvc repro"):
        features.read(written(tmp_path, FRAME.assign(y=["dear", "free"])), rules)


def test_an_absent_file_names_the_stage_that_makes_it(tmp_path: Path) -> None:
    with pytest.raises(PlumblineError, match="does not exist: run `dvc repro featurize`"):
        features.read(tmp_path / "train.parquet", cases.RULES)
