"""Toy bundles and running services, for the tests of both services."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from plumbline.testing.postgresql import Server
from services.common.tests import toy
from services.common.tests.running import ROOT, Running


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


@pytest.fixture(scope="session", params=[toy.LOANS, toy.PETS], ids=lambda data: data["model"])
def classes(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Toy:
    """The bundle of each toy whose target is a class."""
    folder = tmp_path_factory.mktemp("bundles") / request.param["model"]
    return Toy(request.param, folder, toy.build(folder, request.param))


@pytest.fixture(scope="session")
def plants(tmp_path_factory: pytest.TempPathFactory) -> Toy:
    """The bundle of one toy, shared."""
    folder = tmp_path_factory.mktemp("bundle") / "plants"
    return Toy(toy.PLANTS, folder, toy.build(folder, toy.PLANTS))


def make_key(store_url: str, *options: str) -> str:
    """Make an API key as an operator does."""
    command = [sys.executable, "-m", "services.api.app.keys", "create", "--name", "test", *options]
    environment = os.environ | {"API_STORE_URL": store_url}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=True)
    return done.stdout.strip()


@pytest.fixture(scope="session")
def predict(bundle: Toy, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """The predict service with the toy's bundle."""
    log = tmp_path_factory.mktemp("predict") / "log"
    with Running("predict", log, bundle_uri=bundle.folder, bundle_sha256=bundle.sha256) as running:
        yield running


@pytest.fixture(scope="session")
def classifier(classes: Toy, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """The predict service with a toy whose target is a class."""
    log = tmp_path_factory.mktemp("classifier") / "log"
    with Running("predict", log, bundle_uri=classes.folder, bundle_sha256=classes.sha256) as running:
        yield running


@pytest.fixture(scope="session")
def api(predict: Running, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """The api service in front of it; its client carries a key."""
    yield from _api(predict, tmp_path_factory.mktemp("api"))


@pytest.fixture(scope="session")
def class_api(classifier: Running, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """The api service in front of a classifier; its client carries a key."""
    yield from _api(classifier, tmp_path_factory.mktemp("class-api"))


def _api(predict: Running, folder: Path) -> Iterator[Running]:
    store = f"sqlite:///{folder}/store.db"
    with Running("api", folder / "log", predict_url=predict.url, store_url=store, requests_per_minute=10**6) as running:
        running.authorize(make_key(store))
        yield running


@pytest.fixture(scope="module")
def database(postgresql: Server) -> str:
    """The URL of an empty database of PostgreSQL."""
    return postgresql.database()
