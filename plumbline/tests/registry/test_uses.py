"""The ledger tells of each candidate that was judged on an evaluation set, once, and how many there were."""

import json
from pathlib import Path

import pytest

from plumbline.registry.history import describe
from plumbline.registry.ledger_file import LedgerFile
from plumbline.registry.uses import Uses, use
from plumbline.tests.conftest import Workspace

FIRST, SECOND, SET, OTHER = "a" * 64, "b" * 64, "1" * 32, "2" * 32


def test_each_candidate_counts_once_for_each_evaluation_set(workspace: Workspace) -> None:
    assert use("toys", FIRST, SET) == Uses(1)
    assert use("toys", SECOND, SET) == Uses(2)
    assert use("toys", FIRST, SET) == Uses(2)
    assert use("toys", FIRST, OTHER) == Uses(1)
    assert use("cars", "c" * 64, SET) == Uses(1)
    entries = workspace.registry.ledger.entries()
    assert [(entry.event, entry.model, entry.evaluation_md5) for entry in entries] == [
        ("judged", "toys", SET), ("judged", "toys", SET), ("judged", "toys", OTHER), ("judged", "cars", SET),
    ]  # fmt: skip
    assert describe(entries[0]).endswith("on evaluation set 11111111")


def test_a_model_that_was_judged_before_its_first_registration_is_registered_and_promoted(
    workspace: Workspace,
) -> None:
    use("toys", FIRST, SET)
    workspace.register("a")
    workspace.registry.promote("1", "human:ada")
    assert [entry.event for entry in workspace.registry.ledger.entries()] == ["judged", "registered", "promoted"]


def test_lines_that_know_nothing_of_an_evaluation_set_are_written_as_before(workspace: Workspace) -> None:
    workspace.register("a")
    use("toys", FIRST, SET)
    registered, judged = (json.loads(line) for line in Path(".plumbline/ledger.jsonl").read_text().splitlines())
    assert "evaluation_md5" not in registered
    assert judged["evaluation_md5"] == SET


def test_who_may_not_write_is_counted_with_what_the_ledger_tells(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    use("toys", FIRST, SET)
    monkeypatch.setenv("PLUMBLINE_ACTOR", "nobody")
    used = use("toys", SECOND, SET)
    assert used.count == 2
    assert used.untold.startswith("PLUMBLINE_ACTOR is 'nobody'")
    assert LedgerFile(Path(".plumbline/ledger.jsonl")).read().count(b"\n") == 1
