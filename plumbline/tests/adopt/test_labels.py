"""Labels come in the order that a person would give them."""

import pytest

from plumbline.adopt.labels import ordered


@pytest.mark.parametrize(
    "natural",
    [
        ("No", "Yes"),
        ("low", "Medium", "HIGH"),
        ("Very_Poor", "Poor", "Average", "Good", "Excellent"),
        ("Jan", "Feb", "Nov"),
        ("January", "March", "December"),
        ("Monday", "Friday", "Sunday"),
        ("<18", "18-25", "26-40", "100+"),
        ("2", "10", "100"),
        ("apple", "banana", "cherry"),
    ],
)
def test_the_order_is_natural(natural: tuple[str, ...]) -> None:
    assert ordered(tuple(sorted(natural))) == natural
    assert ordered(natural[::-1]) == natural
