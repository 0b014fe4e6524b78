"""Ray is asked for where RAY_ADDRESS is set, and is nothing to anybody else."""

import subprocess
import sys

import pytest

from plumbline.kernel import raylets
from plumbline.kernel.errors import PlumblineError


def test_without_ray_one_sentence_says_how_to_have_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RAY_ADDRESS", "127.0.0.1:6379")
    monkeypatch.setitem(sys.modules, "ray", None)
    with (
        pytest.raises(PlumblineError, match="RAY_ADDRESS is set and Ray is not installed: run `plumb ci tools ray`"),
        raylets.joined(),
    ):
        pass


def test_an_empty_address_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RAY_ADDRESS", "")
    assert not raylets.wanted()


def test_what_can_ask_ray_does_not_import_it() -> None:
    code = "import sys, model.src.tune, plumbline.local.score.run; sys.exit('ray' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
