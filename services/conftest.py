"""Toy bundles and running services, for the tests of both services."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from services.common.tests import toy
from services.common.tests.running import Running


class Toy(NamedTuple):
    """A toy data set and its bundle."""

    data: dict[str, Any]
    folder: Path
    sha256: str


@pytest.fixture(scope="session", params=[toy.PLANTS, toy.BIKES], ids=lambda data: data["model"])
def bundle(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Toy:
    """The bundle of each toy in turn: shared, so a test that alters one makes its own."""
    folder = tmp_path_factory.mktemp("bundles") / request.param["model"]
    return Toy(request.param, folder, toy.build(folder, request.param))


@pytest.fixture(scope="session")
def plants(tmp_path_factory: pytest.TempPathFactory) -> Toy:
    """The bundle of one toy, shared."""
    folder = tmp_path_factory.mktemp("bundle") / "plants"
    return Toy(toy.PLANTS, folder, toy.build(folder, toy.PLANTS))


@pytest.fixture(scope="session")
def predict(bundle: Toy, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """The predict service with the toy's bundle."""
    log = tmp_path_factory.mktemp("predict") / "log"
    with Running("predict", log, bundle_uri=bundle.folder, bundle_sha256=bundle.sha256) as running:
        yield running


@pytest.fixture(scope="session")
def api(predict: Running, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """The api service in front of it."""
    log = tmp_path_factory.mktemp("api") / "log"
    with Running("api", log, predict_url=predict.url) as running:
        yield running
