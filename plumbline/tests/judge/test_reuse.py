"""What the gate says of an evaluation set that was used before."""

import pytest

from plumbline.judge.reuse import Reuse, reuse
from plumbline.registry.uses import Uses


@pytest.mark.parametrize(
    ("count", "verdict", "said"),
    [
        (1, "pass", ()),
        (20, "pass", ("the best of 20 looks up to 2.4 standard errors better than it is",)),
        (21, "fail", ("the best of 21 looks up to 2.5 standard errors", "another `salt` or `since`")),
    ],
)
def test_the_count_is_said_with_what_luck_makes_of_it_and_beyond_the_limit_what_to_do(
    count: int, verdict: str, said: tuple[str, ...]
) -> None:
    found = reuse(Uses(count), Reuse(uses=20))
    assert (found.figure, found.verdict) == (count, verdict)
    assert all(part in found.detail for part in said)
    assert bool(found.detail) == bool(said)


def test_a_use_that_the_ledger_does_not_tell_is_named() -> None:
    assert "does not tell of this one: no right to push" in reuse(Uses(1, "no right to push"), Reuse()).detail
