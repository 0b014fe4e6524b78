"""Git and the loopback as the tests need them, whoever starts them: a hook, who signs each commit, who has a proxy."""

import os

import pytest

from plumbline.kernel import git, runtime


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    """Forget the hook or job that started the tests, and all configuration of git but that this clone may be read."""
    git.forget_hook()
    runtime.reach_loopback()
    for name in [name for name in os.environ if name.startswith("GITHUB_")]:
        del os.environ[name]  # of the job that runs the tests: its summary and its outputs are none of theirs
    os.environ.pop("PYTEST_ADDOPTS", None)  # meant for this run: one that a test starts would write over its reports
    os.environ |= git.UNCONFIGURED
    # In a container the clone may be another user's.
    os.environ |= {
        "GIT_CONFIG_COUNT": "1",
        "GIT_CONFIG_KEY_0": "safe.directory",
        "GIT_CONFIG_VALUE_0": str(config.rootpath),
    }
