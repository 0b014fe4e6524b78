"""What all tests share."""

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from plumbline.kernel import runtime
from plumbline.testing.postgresql import Server

pytest_plugins = [f"plumbline.testing.{name}" for name in ("isolation", "needs", "passed", "session")]

# Before anything loads OpenMP or BLAS: their threads get in each other's way, and `pytest` does what `make test` does.
os.environ.update(runtime.pinned())
os.environ["DVC_NO_ANALYTICS"] = "1"  # of the repositories that tests make
# What the environment and make bring is found by a bare `pytest`, too.
os.environ["PATH"] = f"{Path(sys.executable).parent}:{os.environ['PATH']}:{Path(__file__).parent / '.plumbline/bin'}"

# A slow machine is no fault of the code: no example is timed.
settings.register_profile("plumbline", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("plumbline")


@pytest.fixture(scope="session")
def aws_server() -> Iterator[str]:
    """Give the address of AWS's API on loopback, played by moto."""
    from moto.server import ThreadedMotoServer  # here, because it takes a second that few tests need

    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    yield "http://{}:{}".format(*server.get_host_and_port())
    server.stop()


@pytest.fixture(scope="module")
def moto(aws_server: str) -> str:
    """Give the address of that API, with an account that is empty at first."""
    from plumbline.testing.aws import empty_account

    empty_account(aws_server)
    return aws_server


@pytest.fixture(scope="session")
def postgresql() -> Iterator[Server]:
    """A PostgreSQL server."""
    from plumbline.testing import needs  # a plugin, which pytest imports first

    needs.require("postgresql")
    with Server() as server:
        yield server
