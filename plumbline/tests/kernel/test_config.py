from pathlib import Path

import pytest
from pydantic import ValidationError

from plumbline.kernel.config import Config, Directories, Extraction, Settings, Strict, section, settings
from plumbline.kernel.errors import PlumblineError


class Parameters(Strict):
    depth: int
    rate: float


def test_a_section_is_read_typed(tmp_path: Path) -> None:
    (tmp_path / "p.yaml").write_text("train: {depth: 3, rate: 0.5}\nother: {}\n")
    assert section(Parameters, tmp_path / "p.yaml", "train") == Parameters(depth=3, rate=0.5)


def test_every_wrong_key_is_named_at_once(tmp_path: Path) -> None:
    (tmp_path / "p.yaml").write_text("train: {depth: deep, rato: 0.5}\n")
    with pytest.raises(PlumblineError) as caught:
        section(Parameters, tmp_path / "p.yaml", "train")
    for part in ("section 'train'", "depth", "rate", "rato"):
        assert part in str(caught.value)


@pytest.mark.parametrize(
    ("content", "message"),
    [("a: [", "not valid YAML"), ("- 1", "no mapping"), ("other: {}", "no section 'train'")],
)
def test_a_file_that_cannot_be_read_says_why(tmp_path: Path, content: str, message: str) -> None:
    (tmp_path / "p.yaml").write_text(content)
    with pytest.raises(PlumblineError, match=message):
        section(Parameters, tmp_path / "p.yaml", "train")


def test_settings_come_from_the_environment() -> None:
    given = {"PLUMBLINE_ENV": "production", "PLUMBLINE_LOG_LEVEL": "DEBUG", "PLUMBLINE_LAKE_URL": "", "HOME": "/"}
    assert settings(given) == Settings(env="production", log_level="debug")


def test_an_unknown_or_wrong_setting_is_refused_by_name() -> None:
    with pytest.raises(PlumblineError) as caught:
        settings({"PLUMBLINE_ENVIRONMENT": "x", "PLUMBLINE_ENV": "prod"})
    assert "PLUMBLINE_ENVIRONMENT" in str(caught.value)
    assert "PLUMBLINE_ENV: " in str(caught.value)


def test_a_config_composes_and_cannot_be_changed() -> None:
    extraction = Extraction(dataset="d", table="t", query="q", parameters={}, columns=("a",), rows=1)
    config = Config(settings=settings({}), directories=Directories(raw=Path("data/raw")), extraction=extraction)
    with pytest.raises(ValidationError, match="frozen"):
        config.settings.env = "production"  # type: ignore[misc]
