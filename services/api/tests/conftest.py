"""A browser, and an api of one's own, for tests that alter what others share."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from playwright import sync_api

from plumbline.testing import trials
from services.common.tests.running import Running


@pytest.fixture
def start_api(predict: Running, tmp_path: Path) -> Iterator[Callable[..., Running]]:
    """Starts an api with its own store, open unless told otherwise."""
    with ExitStack() as stack:

        def start(**settings: Any) -> Running:
            defaults = {
                "predict_url": predict.url,
                "store_url": f"sqlite:///{tmp_path}/store.db",
                "require_key": "false",
                "requests_per_minute": 10**6,
            }
            log = tmp_path / "api.log"
            return stack.enter_context(Running("api", log, **(defaults | settings)))

        yield start


@pytest.fixture(scope="session")
def browser() -> Iterator[sync_api.Browser]:
    """A Chromium."""
    with sync_api.sync_playwright() as engine:
        browser = trials.launch(engine)
        yield browser
        browser.close()
