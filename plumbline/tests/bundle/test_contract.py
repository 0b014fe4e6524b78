import json

import msgspec
import pytest

from plumbline.bundle import BundleError, reading
from plumbline.bundle.contract import Column, Format
from plumbline.tests.bundle.conftest import edit, seal


def alter(folder, **values):
    edit(folder / "contract.json", **values)
    seal(folder)
    (folder / "release.json").unlink()


@pytest.mark.parametrize(
    ("column", "why"),
    [
        ({"name": "a", "type": "category"}, "column a needs categories, none of them empty"),
        ({"name": "a", "type": "category", "categories": ["x", ""]}, "column a needs categories, none of them empty"),
        ({"name": "a", "type": "number", "minimum": 0}, "column a needs a minimum and a maximum"),
        ({"name": "a", "type": "text"}, "Invalid enum value 'text'"),
    ],
)
def test_refuses_a_column_that_lacks_what_its_type_needs(folder, column, why):
    alter(folder, columns=[column])

    with pytest.raises(BundleError, match=rf"contract\.json is not as it must be: {why}"):
        reading.read(folder, "", public_key=None)


def test_refuses_a_column_named_twice_and_a_contract_without_columns(folder):
    columns = json.loads((folder / "contract.json").read_text())["columns"]
    alter(folder, columns=columns + columns[:1])

    with pytest.raises(BundleError, match="at least one column and no name twice"):
        reading.read(folder, "", public_key=None)
    edit(folder / "contract.json", columns=[])
    seal(folder)
    with pytest.raises(BundleError, match="at least one column and no name twice"):
        reading.read(folder, "", public_key=None)


def test_gives_a_valid_row_as_example(folder):
    contract = reading.read(folder, "", public_key=None).contract

    assert contract.example() == {"light": 7.5, "water": 100, "species": "fern"}


def test_writes_what_people_read_only_where_it_is_said():
    shown = {"names": {"a": "Ay"}, "label": "Letter"}
    plain = Column(name="letter", type="category", categories=("a", "b"))
    number = Column(name="price", type="number", minimum=0, maximum=1, format=Format(currency="EUR"))

    assert not {"names", "label", "format", "group"} & plain.describe().keys()
    assert shown.items() <= msgspec.structs.replace(plain, **shown).describe().items()
    assert number.describe()["format"] == {"currency": "EUR"}
