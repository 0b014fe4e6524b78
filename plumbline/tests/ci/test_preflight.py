"""What a pipeline lacks, and what that keeps it from."""

from pathlib import Path

import pytest

from plumbline.ci import preflight
from plumbline.kernel.errors import PlumblineError

TABLE = {"house": {"push": {"needs": ["BUCKET", ["ROLE", "KEY+SECRET"]], "without": "nothing is pushed"}}}


@pytest.mark.parametrize(
    ("environment", "missing"),
    [
        ({}, ("BUCKET", "ROLE or KEY and SECRET")),
        ({"BUCKET": "b", "ROLE": "r"}, ()),
        ({"BUCKET": "b", "KEY": "k", "SECRET": "s"}, ()),
        ({"BUCKET": "b", "KEY": "k"}, ("ROLE or KEY and SECRET",)),
        ({"BUCKET": "", "ROLE": "r"}, ("BUCKET",)),
    ],
)
def test_the_preflight_names_what_is_missing(environment: dict[str, str], missing: tuple[str, ...]) -> None:
    (push,) = preflight.check("house", environment, TABLE)
    assert push.missing == missing
    assert push.ready is not bool(missing)


def test_the_preflight_tells_github_what_is_ready(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in preflight.names(preflight.read()):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("GITHUB_OUTPUT", str(tmp_path / "output"))
    monkeypatch.setenv("SLACK_WEBHOOK_URL", "set")
    preflight.main("notification")
    assert (tmp_path / "output").read_text() == 'ready=["notify"]\n'


def test_an_unknown_pipeline_is_refused() -> None:
    with pytest.raises(PlumblineError, match="it is one of house"):
        preflight.check("home", {}, TABLE)
