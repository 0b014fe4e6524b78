"""A run of pytest of its own, which knows nothing of the one that it is part of."""

import pytest

from plumbline.testing import needs
from plumbline.testing.repository import ROOT


@pytest.fixture
def inner(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> pytest.Pytester:
    """A folder for tests that run in processes of their own, with our plugins and pytest-xdist alone."""
    monkeypatch.delenv(needs.SESSION)
    monkeypatch.delenv("PLUMBLINE_REQUIRE_TOOLS", raising=False)
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")  # others take seconds a process
    monkeypatch.setenv("PYTEST_ADDOPTS", "-p xdist")
    return pytester
