"""What people look for in the workflows of an MLOps monorepo, each with the place where it is."""

from typing import Any

import pytest

from plumbline.ci.jobs.play import played, read
from plumbline.ci.jobs.worlds import WORLDS
from plumbline.testing.repository import ROOT

FILES = read(ROOT)
# The feature; the event that has to bring it, as docs/jobs.md names them; the job; and what a step of it says.
FEATURES = [
    ("a change runs its own pipelines", "request", "pr-gate.yml/changes", "plumb ci route --github"),
    ("a push says which pipelines it runs, and why", "main", "ci.yml/pipelines", "plumb ci route --github"),
    ("one required check", "request", "pr-gate.yml/gate", "plumb ci gate"),
    ("tests across rooms for every change", "request", "ci.yml/crossing", "plumb test crossing"),
    ("the same bytes from the same commit", "main", "ci.yml/hashes", "plumb hashes"),
    ("lint of a service", "request", "service-pipeline.yml/lint", "make lint"),
    ("tests and coverage of each service", "request", "service-pipeline.yml/test", "plumb ci test-service"),
    ("the coverage goes to Codecov", "main", "service-pipeline.yml/test", "codecov/codecov-action"),
    ("images are scanned", "request", "images.yml/scan", "aquasecurity/trivy-action"),
    ("findings stand under Security", "main", "images.yml/scan", "upload-sarif"),
    ("images are pushed", "main", "publish.yml/push", "plumb images push"),
    ("images are signed", "main", "publish.yml/push", "plumb images sign"),
    ("schema and ranges of the data", "request", "data-pipeline.yml/checks", "make pipeline"),
    ("the data goes to the DVC remote", "main", "data-pipeline.yml/push", "dvc push"),
    (
        "new data starts the model pipeline",
        "main",
        "data-pipeline.yml/dispatch",
        "plumb ci dispatch model-pipeline.yml",
    ),
    ("the model is judged before the merge", "request", "model-pipeline.yml/checks", "make pr-check"),
    ("a comment on the pull request", "request", "pr-gate.yml/comment", "plumb ci comment"),
    ("a search for better parameters", "search", "model-pipeline.yml/tune", "plumb model tune"),
    ("the official build", "main", "model-pipeline.yml/official", "plumb model official"),
    ("drift starts an official build", "alert", "model-pipeline.yml/official", "plumb model official"),
    ("promotion by policy", "main", "model-pipeline.yml/official", "plumb release policy"),
    ("deployment to staging by a pull request", "main", "deploy.yml/propose", "plumb ci propose deploy/staging"),
    ("the cluster runs what the overlay names", "overlay", "deploy.yml/verify", "plumb deploy verify staging"),
    (
        "promotion to production by a pull request",
        "hand",
        "promotion.yml/propose",
        "plumb ci propose deploy/production",
    ),
    (
        "no rebuild: the digests of staging",
        "hand",
        "promotion.yml/propose",
        "plumb ci deploy production --like staging",
    ),
    ("the gate compares production with staging", "request", "promotion.yml/check", "plumb deploy check production"),
    ("and verifies the signatures", "request", "promotion.yml/check", "plumb images verify"),
    ("production's cluster runs what was merged", "main", "promotion.yml/verify", "plumb deploy verify production"),
    ("documents are checked", "request", "docs-pipeline.yml/documents", "plumb test docs"),
    ("Terraform is checked", "request", "main.yml/terraform", "plumb infra check"),
    ("the cost of a change", "request", "main.yml/terraform", "plumb cloud cost-diff"),
    ("drill after each merge", "merged", "acceptance.yml/drill", "plumb drill"),
    ("prove after each merge, on another CPU", "merged", "acceptance.yml/prove", "plumb prove --emulate"),
    ("all tests with the slow ones, each night", "night", "acceptance.yml/tests", 'plumb test "$ROOM" --all'),
    ("the loop is rehearsed each night", "night", "acceptance.yml/rehearse", "plumb rehearse"),
    ("chaos each night", "night", "acceptance.yml/chaos", "plumb chaos"),
    ("what happens to a clone every day, each night", "night", "acceptance.yml/everyday", "plumb ci test-everyday"),
    ("a table of each task is adopted, each night", "night", "acceptance.yml/adoption", "plumb ci test-adoption"),
    ("a team's week, killed at each step, each night", "night", "acceptance.yml/week", "plumb ci test-week"),
    ("vulnerabilities of what a change pins", "request", "ci.yml/dependencies", "plumb ci dependencies --base HEAD^1"),
    ("vulnerabilities of what is pinned, each week", "week", "watch.yml/dependencies", "plumb ci dependencies --all"),
    ("images that run are scanned each week", "week", "watch.yml/scan", "plumb images scan"),
    ("their findings stand under Security", "week", "watch.yml/scan", "upload-sarif"),
    ("drift of Terraform each week", "week", "watch.yml/drift", "plumb cloud drift"),
    ("tests that failed and passed, each night", "night", "acceptance.yml/flakes", "plumb ci flakes"),
    ("the reports that are compared for it", "main", "main.yml/tests", "upload-artifact"),
    ("and those of the night", "night", "acceptance.yml/tests", "upload-artifact"),
    ("the benchmark each night", "night", "acceptance.yml/benchmark", "plumb bench serving"),
]


@pytest.mark.parametrize(("world", "job", "says"), [row[1:] for row in FEATURES], ids=[row[0] for row in FEATURES])
def test_there_is(world: str, job: str, says: str) -> None:
    file, name = job.split("/")
    steps: list[dict[str, Any]] = FILES[file]["jobs"][name]["steps"]
    places = [place for place, step in enumerate(steps) if says in step.get("run", step.get("uses", ""))]
    assert any(f"{job}#{place}" in played(FILES, WORLDS[world][1]) for place in places)


@pytest.mark.parametrize(
    "file", [name for name in FILES if name not in ("pr-gate.yml", "images.yml", "publish.yml", "notification.yml")]
)
def test_somebody_is_told_of_each_job_that_fails_after_the_merge(file: str) -> None:
    jobs = FILES[file]["jobs"]
    world = next(world for _, world in WORLDS.values() if file in world.starts)
    ran = played(FILES, world)
    silent = [
        name
        for name in jobs
        if name != "notification"
        and f"{file}/{name}" in ran
        and f"{file}/notification" not in played(FILES, world, fails=f"{file}/{name}")
    ]
    assert [name for name in silent if name != "deploy"] == []


@pytest.mark.parametrize(
    "file",
    [
        ".github/CODEOWNERS",
        ".pre-commit-config.yaml",
        ".devcontainer/devcontainer.json",
        ".github/PULL_REQUEST_TEMPLATE.md",
        ".github/ISSUE_TEMPLATE/config.yml",
    ],
)
def test_people_find(file: str) -> None:
    assert (ROOT / file).stat().st_size > 0
