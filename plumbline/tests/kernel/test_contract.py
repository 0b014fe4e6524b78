from pathlib import Path

import jsonschema
import pytest

from plumbline.kernel import contract
from plumbline.kernel.errors import PlumblineError

TEXT = """
identifier: id
target: {name: price, type: number, unit: EUR, description: Price., minimum: 0, maximum: 9}
columns:
  size: {type: integer, unit: m, description: Size., minimum: 1, maximum: 5, example: 2}
  color: {type: category, description: Color., categories: [red, "No"], optional: true}
"""


def read(tmp_path: Path, text: str = TEXT) -> contract.Contract:
    (tmp_path / "contract.yaml").write_text(text)
    return contract.read(tmp_path / "contract.yaml")


def test_columns_are_told_apart_by_type_in_order(tmp_path: Path) -> None:
    rules = read(tmp_path)
    assert (rules.numbers, rules.categories) == (["size"], ["color"])
    assert rules.columns["size"].describe()["example"] == 2


@pytest.mark.parametrize(
    ("row", "valid"),
    [
        ({"size": 2, "color": "No"}, True),
        ({"size": 2}, True),
        ({"size": 2, "color": None}, True),
        ({"color": "red"}, False),
        ({"size": 6}, False),
        ({"size": 1.5}, False),
        ({"size": 2, "color": "green"}, False),
        ({"size": 2, "extra": 1}, False),
    ],
)
def test_the_json_schema_accepts_what_the_contract_accepts(tmp_path: Path, row: dict[str, object], valid: bool) -> None:
    schema = jsonschema.Draft202012Validator(read(tmp_path).json_schema())
    assert schema.is_valid(row) is valid


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('[red, "No"]', "[red, red]", "listed twice"),
        ('[red, "No"]', "[]", "categories"),
        ("unit: m, ", "", "unit"),
        ("  size:", "  price:", "target and cannot be a column"),
        ("optional: true", "optionel: true", "optionel"),
    ],
)
def test_a_contract_that_contradicts_itself_is_refused(tmp_path: Path, old: str, new: str, message: str) -> None:
    with pytest.raises(PlumblineError, match=message):
        read(tmp_path, TEXT.replace(old, new))
