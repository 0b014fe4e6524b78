"""Toy bundles and running services, for the tests of both services."""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from plumbline.testing import needs, trials
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
def api(predict: Running, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """The api service in front of it; its client carries a key."""
    folder = tmp_path_factory.mktemp("api")
    store = f"sqlite:///{folder}/store.db"
    with Running("api", folder / "log", predict_url=predict.url, store_url=store, requests_per_minute=10**6) as running:
        running.authorize(make_key(store))
        yield running


@pytest.fixture(scope="module")
def database() -> Iterator[tuple[str, str, Path, dict[str, Any]]]:
    """A PostgreSQL server that listens on a socket in its folder only: its URL, pg_ctl, folder, and how to call it."""
    needs.require("postgresql")
    programs = trials.postgresql_programs()
    folder = Path(tempfile.mkdtemp(prefix="postgresql-"))
    control = str(programs / "pg_ctl")
    options = f"-c listen_addresses= -c unix_socket_directories={folder}"
    common: dict[str, Any] = {"check": True, "stdout": subprocess.DEVNULL, **trials.unprivileged(folder)}
    subprocess.run([str(programs / "initdb"), "-D", f"{folder}/data", "-U", "api", "-A", "trust"], **common)
    start = [control, "-D", f"{folder}/data", "-l", f"{folder}/log", "-w", "-o", options, "start"]
    subprocess.run(start, **common)
    yield f"postgresql://api@/postgres?host={folder}", control, folder, common
    stop = [control, "-D", f"{folder}/data", "-m", "immediate", "stop"]
    subprocess.run(stop, **(common | {"check": False}))
    shutil.rmtree(folder, ignore_errors=True)
