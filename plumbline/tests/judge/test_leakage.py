"""Rows that training has seen."""

import numpy as np
import pandas as pd
import pytest

from plumbline.ingest.splitting import Split
from plumbline.judge import leakage
from plumbline.kernel import column, contract


@pytest.fixture
def columns() -> contract.Contract:
    size = column.Column(type="number", description="Size.", unit="m²", minimum=0, maximum=1000)
    color = column.Column(type="category", description="Color.", categories=("red", "blue"))
    price = contract.Target(name="price", type="integer", description="Price.", unit="$", minimum=1, maximum=9)
    return contract.Contract(identifier="id", target=price, columns={"size": size, "color": color})


def table(*rows: tuple[int, float, str, float]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["id", "size", "color", "price"])


@pytest.mark.parametrize(
    ("row", "leaks"),
    [
        ((3, 5.0, "red", 7.0), False),
        ((1, 5.0, "red", 7.0), True),  # the identifier of another row of training
        ((3, 1.0, "red", 2.0), True),  # training's first row under another identifier
        ((3, float("nan"), "blue", 3.0), True),  # the same where a number is missing
        ((3, 1.0, "blue", 2.0), False),
    ],
)
def test_a_row_that_training_has_seen_is_found(
    columns: contract.Contract, row: tuple[int, float, str, float], leaks: bool
) -> None:
    training = table((1, 1.0, "red", 2.0), (2, float("nan"), "blue", 3.0))
    found = leakage.leakage(training, table((4, 9.0, "red", 1.0), row), columns, leakage.Leakage(rows=0))
    assert (found.figure, found.verdict) == ((1, "fail") if leaks else (0, "pass"))
    assert (str(row[0]) in found.detail) == leaks


def poor(number: int, first: int, seed: int) -> pd.DataFrame:
    """Draw rows of so few values that many are equal by nature."""
    random = np.random.default_rng(seed)
    sizes, colors = random.integers(0, 10, number), random.choice(["red", "blue"], number)
    return table(*zip(range(first, first + number), sizes.astype(float), colors, sizes * 1.0, strict=True))


def test_rows_that_are_equal_by_nature_are_no_leak_and_equal_identifiers_always_are(columns: contract.Contract) -> None:
    training, evaluation = poor(500, 0, 1), poor(200, 1000, 2)
    clean = leakage.leakage(training, evaluation, columns, leakage.Leakage(rows=0))
    assert (clean.figure, clean.verdict) == (0, "pass")
    assert "equal by nature" in clean.limit
    seen = pd.concat([evaluation, training.head(2)])
    found = leakage.leakage(training, seen, columns, leakage.Leakage(rows=0))
    assert (found.figure, found.verdict, found.detail) == (2, "fail", "id 0, 1")


def test_copies_are_found_among_rows_some_of_which_are_equal_by_nature(columns: contract.Contract) -> None:
    random = np.random.default_rng(3)
    rich = poor(500, 0, 1).assign(size=random.uniform(size=500))
    training = pd.concat([rich, poor(10, 600, 4)])
    copies = rich.head(60).assign(id=range(2000, 2060))
    found = leakage.leakage(training, copies, columns, leakage.Leakage(rows=0))
    assert found.verdict == "fail"
    assert found.figure is not None
    assert found.figure >= 50


@pytest.mark.parametrize(
    ("split", "clean", "leaking", "detail"),
    [
        (Split(by="group", column="color"), (3, 9.0, "blue", 1.0), (3, 9.0, "red", 1.0), "color red: `plumb data"),
        (Split(by="time", column="size", since=5), (3, 5.0, "red", 1.0), (3, 1.0, "red", 1.0), "id 3: `plumb data"),
    ],
)
def test_a_group_or_a_time_of_training_in_the_evaluation_is_found(
    split: Split, clean: tuple[int, float, str, float], leaking: tuple[int, float, str, float], detail: str
) -> None:
    training = table((1, 1.0, "red", 2.0), (2, 0.5, "red", 3.0))
    (passed,) = leakage.separation(training, table(clean), split)
    assert (passed.figure, passed.verdict, passed.detail) == (0, "pass", "")
    (found,) = leakage.separation(training, table((4, 7.0, "blue", 1.0), leaking), split)
    assert (found.rule, found.figure, found.verdict) == ("split", 1, "fail")
    assert found.detail.startswith(detail)


def test_a_split_by_identifier_promises_no_more_than_the_rule_of_rows() -> None:
    assert leakage.separation(table(), table(), Split()) == []
