"""Tables that come with the product go by two commands to a served prediction with the figures of the page."""

from pathlib import Path

import pytest

from plumbline.adopt.examples.catalogue import EXAMPLES
from plumbline.testing.repository import run
from tests.acceptance import examples

# What the demo shows of the answer.
SHOWN = {
    "biopsies": ("probabilities", "not ruled out", "biopsies version 1"),
    "wines": ("probabilities", "not ruled out", "wines version 1"),
    "ridership": ("thousand rides", "80% interval", "ridership version 1"),
    "deliveries": (" min", "80% interval", "deliveries version 1"),
}


@pytest.mark.parametrize("name", SHOWN)
def test_an_example_becomes_a_service_whose_figures_the_page_tells(name: str, tmp_path: Path) -> None:
    played = examples.play(name, tmp_path)

    for part in SHOWN[name]:
        assert part in played.demo
    run(played.house, "plumb", "model", "gate")
    examples.commit(played.house, "Adopt the example")
    run(played.house, "plumb", "hashes")
    assert played.row == examples.known(name), "`python -m tests.acceptance.examples` writes the page anew"


def test_the_page_has_a_row_for_each_example_that_is_played_here_and_what_others_have_reached() -> None:
    assert [name for name in EXAMPLES if examples.known(name)] == list(SHOWN)
    assert examples.render(examples.measured()) == examples.PAGE.read_text(encoding="utf-8")
