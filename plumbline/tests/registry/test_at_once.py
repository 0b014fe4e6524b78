"""What an official build registers and a rollback, on one registry, each right before changes that the other makes."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from mlflow import MlflowClient

from plumbline.bundle import reading
from plumbline.registry.ledger_file import LedgerFile

CI = "automation:ci"


@contextmanager
def interrupted(change: str, other: Callable[[], object]) -> Iterator[None]:
    """Let another act right before a change that is made here: a method of MLflow's client or of the ledger's file."""
    owner = MlflowClient if hasattr(MlflowClient, change) else LedgerFile
    method, acted = getattr(owner, change), []

    def late(*arguments: object, **named: object) -> object:
        if not acted:
            acted.append(change)
            other()
        return method(*arguments, **named)

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(owner, change, late)
        yield
    assert acted, f"{change} is no change that is made here"


@pytest.fixture
def story(workspace):
    """Two versions, each of which was champion."""
    for name in ("a", "b"):
        workspace.registry.promote(workspace.register(name)["version"], CI)
    return workspace


def build(story, name: str) -> int:
    """Build a better version, which waits to be registered; give the number of lines that the ledger has."""
    story.write_gate(reading.identity(story.build(name)), "pass")
    return len(story.registry.ledger.entries())


def check(story, begun: int) -> None:
    """Check that both came to their end once, and put the second version back."""
    registry = story.registry
    newest = list(registry.versions())[-1]
    told = [(entry.event, entry.version) for entry in registry.ledger.entries()[begun:]]
    assert sorted(told) == [("registered", newest), ("rolled-back", "1")]
    assert registry.aliases.read() == {"champion": "1", "challenger": newest}
    registry.promote("2", CI)
    assert registry.aliases.read() == {"champion": "2", "previous": "1", "challenger": newest}


def test_a_rollback_that_comes_while_a_version_is_registered_is_told_once_and_stays(story):
    for change in ("create_registered_model", "set_registered_model_alias", "append", "set_registered_model_tag"):
        begun = build(story, change)
        with interrupted(change, lambda: story.registry.rollback(CI)):
            story.register_built()
        check(story, begun)


def test_a_version_that_comes_while_the_champion_is_rolled_back_is_told_once_and_waits(story):
    for change in ("append", "set_registered_model_tag", "delete_registered_model_alias", "set_registered_model_alias"):
        begun = build(story, change)
        with interrupted(change, story.register_built):
            story.registry.rollback(CI)
        check(story, begun)
