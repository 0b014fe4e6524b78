import json
import math

import jsonschema
import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.common import rows, sizes
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
    given = [plant(light=99), plant(), plant(species="ivy", water="wet")]

    assert violations(PLANTS, {"inputs": given}) == (
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
    found = RowReader(PLANTS, MAX_ROWS).read(json.dumps({"inputs": [plant(water=100.0)]}).encode())

    assert msgspec.to_builtins(found) == [plant()]


@pytest.mark.parametrize("missing", [{}, {"weather": None, "temperature": None, "day/of the ride.": None}])
def test_leaves_optional_values_missing(missing):
    required = {"hour": 3, "prediction": False, "größe": "2026-01-31T12:00:00Z"}
    (found,) = RowReader(BIKES, MAX_ROWS).read(json.dumps({"inputs": [required | missing]}).encode())

    absent = dict.fromkeys(["weather", "temperature", "day/of the ride.", "features"])
    assert json.loads(rows.encode(found)) == required | absent


def bike(**changes):
    values = {"hour": 3, "prediction": True, "größe": "2026-01-31T12:00:00Z"} | changes
    return {"day/of the ride." if name == "day" else name: value for name, value in values.items()}


@pytest.mark.parametrize(
    ("changes", "pointer", "rule"),
    [
        ({"prediction": 1}, "/inputs/0/prediction", "type"),
        ({"prediction": "true"}, "/inputs/0/prediction", "type"),
        ({"day": "31.01.2026"}, "/inputs/0/day~1of the ride.", "format"),
        ({"day": "2026-02-30"}, "/inputs/0/day~1of the ride.", "format"),
        ({"day": "2019-12-31"}, "/inputs/0/day~1of the ride.", "minimum"),
        ({"day": 20}, "/inputs/0/day~1of the ride.", "type"),
        ({"größe": "2026-01-31T12:00:00"}, "/inputs/0/größe", "format"),
        ({"größe": "2026-01-31"}, "/inputs/0/größe", "format"),
        ({"größe": "2030-01-01T00:00:00Z"}, "/inputs/0/größe", "maximum"),
        ({"features": ""}, "/inputs/0/features", "maxLength"),
        ({"features": "x" * 201}, "/inputs/0/features", "maxLength"),
        ({"features": True}, "/inputs/0/features", "type"),
    ],
)
def test_names_the_field_of_every_kind_of_column(changes, pointer, rule):
    assert violations(BIKES, {"inputs": [bike(**changes)]}) == (422, {(pointer, rule)})


def test_a_date_is_days_and_a_timestamp_seconds_and_both_keep_their_text():
    sent = bike(day="2020-01-11", größe="2020-01-01T01:00:00+01:00", features="Ulm")
    (found,) = RowReader(BIKES, MAX_ROWS).read(json.dumps({"inputs": [sent]}).encode())

    numbers = {field.encode_name: getattr(found, field.name) for field in msgspec.structs.fields(found)}
    assert (numbers["day/of the ride."], numbers["größe"], numbers["features"]) == (18272.0, 1577836800.0, "Ulm")
    assert sent.items() <= json.loads(rows.encode(found)).items()


def test_the_careful_path_gives_the_same_row_as_the_fast_one():
    fast, careful = (
        RowReader(BIKES, MAX_ROWS).read(json.dumps({"inputs": [bike(day="2026-01-31", hour=hour)]}).encode())
        for hour in (3, 3.0)  # JSON Schema takes 3.0 for an integer, the fast path does not
    )

    assert rows.encode(fast) == rows.encode(careful)


@pytest.mark.parametrize("first", ["dry", "no such sky"], ids=["fast", "careful"])
@pytest.mark.parametrize("spaces", [0, sizes.LONG], ids=["short", "long"])
def test_of_a_name_that_stands_twice_the_last_value_counts(first, spaces):
    last = bike(weather="wet")
    twice = f"{json.dumps({'weather': first})[:-1]}, {json.dumps(last)[1:]}"
    reader = RowReader(BIKES, MAX_ROWS)
    found = reader.read(f'{{"inputs": [{twice}{" " * spaces}]}}'.encode())

    assert found == reader.read(json.dumps({"inputs": [last]}).encode())


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
def test_accepts_exactly_what_the_json_schema_accepts(given_rows):
    body = json.dumps({"inputs": given_rows})
    valid = bool(given_rows) and all(
        jsonschema.Draft202012Validator(PLANTS.json_schema).is_valid(row)
        and all(not isinstance(v, float) or math.isfinite(v) for v in row.values())
        for row in given_rows
    )

    if valid:
        found = RowReader(PLANTS, MAX_ROWS).read(body.encode())
        assert msgspec.to_builtins(found) == given_rows
    else:
        status, found = violations(PLANTS, body.encode())
        assert status == 422
        assert found
