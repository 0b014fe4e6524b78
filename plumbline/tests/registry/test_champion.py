"""Which bundle is champion."""

from pathlib import Path

import pytest

from plumbline import tracking
from plumbline.kernel.errors import PlumblineError
from plumbline.registry.champion import champion


@pytest.fixture
def store(tmp_path: Path, mlflow_uri: str) -> Path:
    return tmp_path / "models"


def version(tmp_path: Path, tags: dict[str, str]) -> None:
    server = tracking.client()
    server.create_registered_model("toys")
    created = server.create_model_version("toys", f"{tmp_path}/model", tags=tags)
    server.set_registered_model_alias("toys", "champion", created.version)


def test_an_unknown_model_has_no_champion(store: Path) -> None:
    assert champion("toys", store) is None


def test_a_model_without_the_alias_has_no_champion(store: Path) -> None:
    tracking.client().create_registered_model("toys")
    assert champion("toys", store) is None


def test_the_champion_is_the_released_bundle_that_its_version_names(store: Path, tmp_path: Path) -> None:
    version(tmp_path, {"bundle_sha256": "ab" * 32})
    folder = store / "toys" / ("ab" * 32)
    folder.mkdir(parents=True)
    (folder / "manifest.json").write_text("{}")
    assert champion("toys", store) == folder


@pytest.mark.parametrize("tags", [{}, {"bundle_sha256": "ab" * 32}])
def test_a_champion_without_a_bundle_is_an_error_and_not_no_champion(
    store: Path, tmp_path: Path, tags: dict[str, str]
) -> None:
    version(tmp_path, tags)
    with pytest.raises(PlumblineError, match="the champion, toys version 1, has no bundle at"):
        champion("toys", store)
