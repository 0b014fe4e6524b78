"""A table that nobody prepared goes by two commands to a served prediction.

`plumb ci test-adoption` plays all that a clone must pass with a table of each task, test_examples.py classes by name.
"""

from pathlib import Path

import pytest

from tests.acceptance.adoption.house import founded

pytestmark = pytest.mark.slow


def test_a_csv_file_becomes_a_service_by_two_commands(tmp_path: Path) -> None:
    house = founded(tmp_path, "regression")

    said = house.adopt()
    demo = house.make("demo")

    assert ", regression" in said
    assert "set aside: seconds: it is the target minutes under another name" in said
    for part in ("ride_id", "minutes", "80% interval", "bike-rides version 1"):
        assert part in demo
    house.run("plumb", "model", "gate")
    house.commit("Adopt the rides")
    house.run("plumb", "hashes")
