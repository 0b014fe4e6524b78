import json
import math

import jsonschema
import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.common.problems import Problem
from services.common.rows import RowReader
from services.common.tests import toy

MAX_ROWS = 10_000


PLANTS, BIKES = toy.contract_of(toy.PLANTS), toy.contract_of(toy.BIKES)


def violations(contract, body):
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    with pytest.raises(Problem) as caught:
        RowReader(contract, MAX_ROWS).read(raw)
    problem = caught.value
    return problem.status, {(item.field, item.rule) for item in problem.errors}


def plant(**changes):
    values = {"light": 7.5, "water": 100, "species": "fern"} | changes
    return {name: value for name, value in values.items() if value is not ...}


@pytest.mark.parametrize(
    ("changes", "pointer", "rule"),
    [
        ({"colour": "red"}, "/inputs/0/colour", "additionalProperties"),
        ({"light": ...}, "/inputs/0/light", "required"),
        ({"light": None}, "/inputs/0/light", "required"),
        ({"light": "7.5"}, "/inputs/0/light", "type"),
        ({"light": True}, "/inputs/0/light", "type"),
        ({"light": math.nan}, "/inputs/0/light", "type"),
        ({"light": -math.inf}, "/inputs/0/light", "type"),
        ({"light": 24.01}, "/inputs/0/light", "maximum"),
        ({"light": -0.01}, "/inputs/0/light", "minimum"),
        ({"water": 100.5}, "/inputs/0/water", "type"),
        ({"water": 10**400}, "/inputs/0/water", "maximum"),
        ({"species": "ivy"}, "/inputs/0/species", "enum"),
        ({"species": ["fern"]}, "/inputs/0/species", "type"),
        ({"a/b~c": 1}, "/inputs/0/a~1b~0c", "additionalProperties"),
    ],
)
def test_names_the_field_and_the_rule(changes, pointer, rule):
    assert violations(PLANTS, {"inputs": [plant(**changes)]}) == (422, {(pointer, rule)})


@pytest.mark.parametrize(
    ("body", "pointer", "rule"),
    [
        ({"inputs": []}, "/inputs", "minItems"),
        ({"inputs": [plant()] * (MAX_ROWS + 1)}, "/inputs", "maxItems"),
        ({"inputs": plant()}, "/inputs", "type"),
        ({"inputs": [7]}, "/inputs/0", "type"),
        ({"rows": [plant()], "inputs": [plant()]}, "/rows", "additionalProperties"),
        ({}, "", "required"),
        ({"input": plant()}, "/input", "additionalProperties"),
        ([plant()], "", "type"),
    ],
)
def test_names_what_is_wrong_with_the_envelope(body, pointer, rule):
    status, found = violations(PLANTS, body)
    assert status == 422
    assert (pointer, rule) in found


def test_takes_one_row_or_a_list_where_both_are_allowed():
    reader = RowReader(PLANTS, MAX_ROWS)

    one, is_one = reader.read_either(json.dumps({"input": plant()}).encode())
    many, is_many = reader.read_either(json.dumps({"inputs": [plant()]}).encode())

    assert one == many
    assert (is_one, is_many) == (True, False)


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"input": plant(), "inputs": [plant()]}, ""),
        ({}, ""),
        ({"input": [plant()]}, "/input"),
        ({"input": plant(light=99)}, "/input/light"),
    ],
)
def test_names_the_place_in_either_form(body, pointer):
    with pytest.raises(Problem) as caught:
        RowReader(PLANTS, MAX_ROWS).read_either(json.dumps(body).encode())

    assert [item.field for item in caught.value.errors] == [pointer]


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b'{"inputs": [}', b"\xff\xfe", b"[" * 100_000, b'{"inputs":"\\ud800"}', b"nul"],
)
def test_refuses_what_is_not_json(body):
    assert violations(PLANTS, body) == (400, {("", "json")})


def test_refuses_a_number_beyond_double_precision_by_its_field():
    body = b'{"inputs":[{"light":1e999,"water":100,"species":"fern"}]}'

    assert violations(PLANTS, body) == (422, {("/inputs/0/light", "type")})


def test_collects_the_violations_of_all_rows():
    rows = [plant(light=99), plant(), plant(species="ivy", water="wet")]

    assert violations(PLANTS, {"inputs": rows}) == (
        422,
        {
            ("/inputs/0/light", "maximum"),
            ("/inputs/2/species", "enum"),
            ("/inputs/2/water", "type"),
        },
    )


def test_lists_at_most_a_hundred_violations():
    with pytest.raises(Problem, match="more than 100") as caught:
        RowReader(PLANTS, MAX_ROWS).read(json.dumps({"inputs": [{}] * 500}).encode())

    assert len(caught.value.errors) == 100


def test_takes_a_whole_number_written_as_a_float_for_an_integer():
    rows = RowReader(PLANTS, MAX_ROWS).read(json.dumps({"inputs": [plant(water=100.0)]}).encode())

    assert msgspec.to_builtins(rows) == [plant()]


@pytest.mark.parametrize("row", [{"hour": 3}, {"hour": 3, "weather": None, "temperature": None}])
def test_leaves_optional_values_missing(row):
    (found,) = RowReader(BIKES, MAX_ROWS).read(json.dumps({"inputs": [row]}).encode())

    assert msgspec.to_builtins(found) == {"hour": 3, "weather": None, "temperature": None}


anything = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=5), st.just([]))
plausible = st.fixed_dictionaries(
    {"light": st.one_of(st.floats(0, 24), anything)},
    optional={
        "water": st.one_of(st.integers(0, 600), st.floats(0, 600), anything),
        "species": st.one_of(st.sampled_from(["fern", "moss", "rosé", "ivy"]), anything),
        "extra": anything,
    },
)


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(plausible, max_size=3))
def test_accepts_exactly_what_the_json_schema_accepts(rows):
    body = json.dumps({"inputs": rows})
    valid = bool(rows) and all(
        jsonschema.Draft202012Validator(PLANTS.json_schema).is_valid(row)
        and all(not isinstance(v, float) or math.isfinite(v) for v in row.values())
        for row in rows
    )

    if valid:
        found = RowReader(PLANTS, MAX_ROWS).read(body.encode())
        assert msgspec.to_builtins(found) == rows
    else:
        status, found = violations(PLANTS, body.encode())
        assert status == 422
        assert found
