"""docs/jobs.md is what the workflows do, and notices each change of a guard, right, order, secret or artifact."""

import copy
from typing import Any

import pytest

from plumbline.ci.jobs import mutants, table
from plumbline.ci.jobs.expressions import evaluate, fill
from plumbline.ci.jobs.play import Play, World, played, read
from plumbline.ci.jobs.worlds import WORLDS
from plumbline.kernel.errors import PlumblineError
from plumbline.testing.repository import ROOT

FILES = read(ROOT)


def test_the_page_is_what_the_workflows_do() -> None:
    assert (ROOT / table.PAGE).read_text() == table.render(FILES), "run `plumb ci jobs`, and review what it changes"


@pytest.mark.slow
def test_the_page_notices_every_change() -> None:
    left, score = mutants.survivors(FILES)
    assert {mutant.what for mutant in left} == set(mutants.EQUIVALENT)
    assert set(score) == {"if", "permissions", "environment", "concurrency", "needs", "secret", "artifact"}
    assert all(count > 0 for _, count in score.values())


def test_a_mutant_that_does_what_the_original_does_is_not_noticed() -> None:
    same = copy.deepcopy(FILES)
    same["pr-gate.yml"]["jobs"]["gate"]["if"] = "always() && true"
    assert not mutants.Judge(FILES).notices(mutants.Mutant("if", "none", same))


@pytest.mark.parametrize(
    ("file", "job", "guard", "world"),
    [
        ("data-pipeline.yml", "push", "github.event_name != 'pull_request'", "request"),
        ("model-pipeline.yml", "official", "github.ref == 'refs/heads/main'", "develop"),
        ("service-pipeline.yml", "publish", "github.ref == 'refs/heads/main'", "develop"),
        ("promotion.yml", "propose", "github.ref == 'refs/heads/main'", "aside"),
        ("deploy.yml", "verify", "github.ref == 'refs/heads/main'", "aside"),
    ],
)
def test_the_guard_of_a_job_that_writes_is_what_keeps_it(file: str, job: str, guard: str, world: str) -> None:
    without = copy.deepcopy(FILES)
    body = without[file]["jobs"][job]
    assert guard in body["if"]
    body["if"] = body["if"].replace(guard, "true")
    assert f"{file}/{job}" not in played(FILES, WORLDS[world][1])
    assert f"{file}/{job}" in played(without, WORLDS[world][1])


@pytest.mark.parametrize("world", ["request", "unrouted", "fork", "queue"])
def test_before_the_merge_no_job_has_an_environment_that_writes(world: str) -> None:
    ran = played(FILES, WORLDS[world][1])
    jobs = {f"{file}/{name}": body for file, content in FILES.items() for name, body in content["jobs"].items()}
    environments = {key: jobs[key]["environment"] for key in ran if key in jobs and "environment" in jobs[key]}
    assert all(value == {"name": "read", "deployment": False} for value in environments.values()), environments
    assert "pr-gate.yml/gate" in ran


CONTEXT: dict[str, Any] = {"github": {"ref": "refs/heads/main", "event": {}}, "needs": {"a": {"result": "success"}}}


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("github.ref == 'REFS/heads/main'", True),
        ("github.event.pull_request.head.repo.fork", None),
        ("!github.event.pull_request.head.repo.fork && 'yes' || 'no'", "yes"),
        ("github.event.nothing == ''", True),
        ("github.event.nothing > 0", False),
        ("contains(fromJSON('[\"push\"]'), 'push')", True),
        ("contains(fromJSON('[\"pusher\"]'), 'push')", False),
        ("format('human:{0}', 'it''s')", "human:it's"),
        ("true || false && false", True),
        ("(true || false) && false", False),
        ("needs.a.result != 'success'", False),
    ],
)
def test_an_expression_has_the_value_that_github_documents(expression: str, value: object) -> None:
    assert evaluate(expression, CONTEXT) == value


def test_a_text_with_an_expression_stays_text_and_an_expression_alone_keeps_its_kind() -> None:
    assert fill("${{ true }}", CONTEXT) is True
    assert fill("is ${{ true }}, ${{ github.event.nothing }}", CONTEXT) == "is true, "


@pytest.mark.parametrize("expression", ["a b", "'open", "fromJSON('{')", "unknown.name"])
def test_what_is_no_expression_is_refused_by_name(expression: str) -> None:
    with pytest.raises(PlumblineError, match="`"):
        evaluate(expression, CONTEXT)


def test_a_call_with_what_is_not_declared_is_refused() -> None:
    called = {"on": {"workflow_call": None}, "jobs": {}}
    caller = {"on": {}, "jobs": {"call": {"uses": "./.github/workflows/b.yml", "secrets": {"KEY": "x"}}}}
    with pytest.raises(PlumblineError, match=r"b\.yml declares no secrets KEY"):
        Play({"a.yml": caller, "b.yml": called}, World(("a.yml",), {}))
