import getpass

import pytest

from plumbline.kernel.errors import PlumblineError
from plumbline.registry import actor


@pytest.fixture(autouse=True)
def plain_shell(monkeypatch):
    for name in ("CI", "GITHUB_WORKFLOW", "PLUMBLINE_ACTOR"):
        monkeypatch.delenv(name, raising=False)


def test_is_the_person_at_a_terminal():
    assert actor.current() == f"human:{getpass.getuser()}"


def test_is_the_workflow_where_ci_runs(monkeypatch):
    monkeypatch.setenv("CI", "true")
    monkeypatch.setenv("GITHUB_WORKFLOW", "model pipeline")

    assert actor.current() == "automation:model pipeline"


def test_is_the_person_who_started_a_workflow_by_hand(monkeypatch):
    monkeypatch.setenv("CI", "true")
    monkeypatch.setenv("PLUMBLINE_ACTOR", "human:ada")

    assert actor.current() == "human:ada"
    assert actor.is_human(actor.current())


@pytest.mark.parametrize("given", ["ada", "human:", "robot:r2"])
def test_refuses_an_actor_of_another_form(monkeypatch, given):
    monkeypatch.setenv("PLUMBLINE_ACTOR", given)

    with pytest.raises(PlumblineError, match="write human:NAME or automation:NAME"):
        actor.current()


@pytest.mark.parametrize("name", ["PLUMBLINE_ACTOR", "GITHUB_WORKFLOW", "LOGNAME"])
def test_refuses_a_name_that_is_not_utf8(monkeypatch, name):
    monkeypatch.setenv("CI", "" if name == "LOGNAME" else "true")
    monkeypatch.setenv(name, "human:caf\udce9")

    with pytest.raises(PlumblineError, match=r"'.*caf\\udce9', which is not UTF-8"):
        actor.current()
