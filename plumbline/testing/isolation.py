"""Git and the loopback as the tests need them, whoever starts them: a hook, who signs each commit, who has a proxy."""

import os

import pytest

from plumbline.kernel import git, runtime


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    """Forget the hook that started the tests, and all configuration of git but that this clone may be read."""
    git.forget_hook()
    runtime.reach_loopback()
    os.environ |= git.UNCONFIGURED
    # In a container the clone may be another user's.
    os.environ |= {
        "GIT_CONFIG_COUNT": "1",
        "GIT_CONFIG_KEY_0": "safe.directory",
        "GIT_CONFIG_VALUE_0": str(config.rootpath),
    }
