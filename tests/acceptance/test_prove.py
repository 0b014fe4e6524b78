"""The proof can fail, and says at which field."""

from pathlib import Path

import pytest

from plumbline.testing.repository import copy_repository, run


@pytest.mark.slow
def test_a_timestamp_planted_in_the_preprocessor_is_named(tmp_path: Path) -> None:
    # given a preprocessor that remembers when it was fitted
    copy = copy_repository(tmp_path / "copy")
    script = copy / "data/src/preprocess.py"
    planted = "    preprocessor.fitted_at_ = __import__('time').time()\n    canonical.dump("
    before = script.read_text()
    script.write_text(before.replace("    canonical.dump(", planted))
    assert script.read_text() != before
    # when two rebuilds are compared
    done = run(copy, "plumb", "prove", "--builds", "2", "--target", "preprocess", check=False)
    # then the proof fails and names artifact and field
    assert done.returncode == 1
    assert "data/preprocessor.joblib differs in 1 of 2 rebuilds, first at fitted_at_: " in done.stderr
