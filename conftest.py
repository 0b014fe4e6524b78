"""What all tests share."""

import os
from collections.abc import Generator, Iterator
from typing import TypeVar

import pytest
from hypothesis import HealthCheck, settings

from tools import runtime

# Before anything loads OpenMP or BLAS: their threads get in each other's way, and `pytest` does what `make unit` does.
os.environ.update(runtime.pinned())
os.environ["DVC_NO_ANALYTICS"] = "1"  # of the repositories that tests make

# A slow machine is no fault of the code: no example is timed.
settings.register_profile("plumbline", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("plumbline")

Report = TypeVar("Report", pytest.TestReport, pytest.CollectReport)
REQUIRED = "PLUMBLINE_REQUIRE_TOOLS is set, so this may not be skipped: "


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Make a skipped test a failure where every tool must be there; only `cloud` tests may be skipped."""
    return _required((yield))


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """Do the same for a file that is skipped as a whole."""
    return _required((yield))


def _required(report: Report) -> Report:
    expected = hasattr(report, "wasxfail") or "cloud" in getattr(report, "keywords", ())
    if report.skipped and not expected and os.environ.get("PLUMBLINE_REQUIRE_TOOLS"):
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
        report.outcome = "failed"
        report.longrepr = f"{REQUIRED}{reason}"
    return report


@pytest.fixture(scope="module")
def moto() -> Iterator[str]:
    """Give the address of AWS's API on loopback, played by moto, with an account that is empty at first."""
    import httpx  # here, because they take a second that few tests need
    from moto.server import ThreadedMotoServer

    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    address = "http://{}:{}".format(*server.get_host_and_port())
    httpx.post(f"{address}/moto-api/reset").raise_for_status()  # all servers of a process are one account
    yield address
    server.stop()
