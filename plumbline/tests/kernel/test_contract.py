from pathlib import Path

import jsonschema
import pytest
from pydantic import ValidationError

from plumbline.kernel import contract
from plumbline.kernel.column import Column
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


CLASSES = """
task: binary
identifier: id
identifier_type: string
target: {name: churned, type: category, description: Left., categories: ["no", "yes"]}
decision: {threshold: 0.3}
columns:
  since: {type: date, description: Since., minimum: 2020-01-31, maximum: 2026-12-31, label: "Customer since"}
  seen: {type: timestamp, description: Seen., minimum: 2020-01-31T00:00:00Z, maximum: 2026-12-31, optional: true}
  active: {type: boolean, description: Active.}
  plan: {type: category, description: Plan., categories: [a, b], open: true}
"""


def test_a_classification_has_a_positive_class_and_probabilities_as_output(tmp_path: Path) -> None:
    rules = read(tmp_path, CLASSES)
    assert (rules.positive, rules.outputs, rules.inputs) == ("yes", ("probabilities",), ("c0", "c1", "c2", "c3"))
    assert rules.columns["since"].describe()["minimum"] == "2020-01-31"
    assert rules.columns["seen"].minimum == "2020-01-31T00:00:00Z"
    assert (rules.numbers, rules.categories) == (["since", "seen", "active"], ["plan"])


@pytest.mark.parametrize(
    ("row", "valid"),
    [
        ({"since": "2026-01-31", "active": True, "plan": "new"}, True),
        ({"since": "2026-01-31", "active": 1, "plan": "a"}, False),
        ({"since": 20260131, "active": True, "plan": "a"}, False),
        ({"since": "2026-01-31", "active": True, "plan": ""}, False),
    ],
)
def test_the_json_schema_knows_booleans_dates_and_open_categories(
    tmp_path: Path, row: dict[str, object], valid: bool
) -> None:
    schema = jsonschema.Draft202012Validator(read(tmp_path, CLASSES).json_schema())
    assert schema.is_valid(row) is valid


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("task: binary", "task: regression", "the target of a regression task is a number"),
        ("task: binary", "task: multiclass", "multiclass target has 2 categories"),
        ("{threshold: 0.3}", "{threshold: 3}", "less than or equal to 1"),
        ("{threshold: 0.3}", '{costs: {maybe: {"yes": 1}}}', "the costs name maybe"),
        ("{threshold: 0.3}", "{threshold: 0.3, costs: {}}", "not by both"),
        ("minimum: 2020-01-31,", "minimum: 2030-01-31,", "`minimum` is above"),
        ("minimum: 2020-01-31,", "minimum: soon,", "soon"),
        ("Active.}", "Active., open: true}", "only a category can be `open`"),
        ("Active.}", "Active., names: {b: B}}", "`names` has b, which is none of the categories"),
        ("Active.}", "Active., format: {digits: 2}}", "only a number has a `format`"),
    ],
)
def test_a_classification_that_contradicts_itself_is_refused(tmp_path: Path, old: str, new: str, message: str) -> None:
    with pytest.raises(PlumblineError, match=message):
        read(tmp_path, CLASSES.replace(old, new))


def test_what_people_read_is_described_only_where_it_is_said() -> None:
    number = {"type": "number", "description": "Asked.", "unit": "euros", "minimum": 0, "maximum": 9}
    shown = Column.model_validate(number | {"format": {"currency": "EUR", "digits": 0}}).describe()
    plain = Column.model_validate(number).describe()
    assert shown["format"] == {"currency": "EUR", "digits": 0}
    assert (plain["format"], plain["names"]) == (None, {})


@pytest.mark.parametrize("wrong", [{"currency": "euro"}, {"digits": -1}, {"sign": "+"}])
def test_a_format_that_is_none_is_refused(wrong: dict[str, object]) -> None:
    number = {"type": "number", "description": "", "unit": "euros", "minimum": 0, "maximum": 9, "format": wrong}
    with pytest.raises(ValidationError):
        Column.model_validate(number)
