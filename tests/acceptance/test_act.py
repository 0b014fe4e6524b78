"""The jobs of the workflows are wired as they should be: act runs them, with programs that note what they are asked."""

import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from plumbline.testing import needs
from plumbline.testing.repository import ROOT, copy_repository, run
from tests.acceptance.act import call, runner
from tests.acceptance.act.runner import Run

pytestmark = pytest.mark.slow

WHO = ("-c", "user.name=someone", "-c", "user.email=someone@localhost")


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """The repository as it is now, with one commit."""
    needs.require("act")
    root = copy_repository(tmp_path / "clone")
    run(root, "git", "add", "--all")
    run(root, "git", *WHO, "commit", "--quiet", "-m", "base")
    return root


Act = Callable[..., tuple[Run, list[str]]]


@pytest.fixture
def act(clone: Path, tmp_path: Path) -> Act:
    """Run a workflow with the programs of tests/acceptance/act/bin; give the run and what was asked of them."""

    def start(event: str, payload: Mapping[str, Any], workflow: str, *options: str, fail: str = "") -> Any:
        calls = tmp_path / "calls"
        path = run(clone, "printenv", "PATH").stdout.strip()
        variables = {
            "ACT_CALLS": str(calls),
            "ACT_FAIL": fail,
            "PATH": f"{runner.HERE / 'bin'}:{path}",
        }
        done = runner.act(clone, event, payload, workflow, tmp_path, options, variables)
        return done, calls.read_text().splitlines() if calls.exists() else []

    return start


def commit(root: Path, name: str) -> dict[str, Any]:
    """Change a file, commit, and give the push that brings it to main."""
    before = run(root, "git", "rev-parse", "HEAD").stdout.strip()
    with (root / name).open("a") as file:
        file.write("\n")
    run(root, "git", *WHO, "commit", "--quiet", "--all", "-m", f"change {name}")
    after = run(root, "git", "rev-parse", "HEAD").stdout.strip()
    return {"ref": "refs/heads/main", "before": before, "after": after, "repository": {"default_branch": "main"}}


def request(push: Mapping[str, Any]) -> dict[str, Any]:
    """Give the pull request that would bring the same change."""
    return {
        "number": 1,
        "pull_request": {
            "base": {"ref": "main", "sha": push["before"]},
            "head": {"ref": "topic", "sha": push["after"], "repo": {"fork": True}},
        },
    }


# What each change calls; act names a job by the call that is nearest to it.
CALLS = {
    "services/api/app/main.py": {"services", "images"},
    "data/src/preprocess.py": {"data", "image", "images"},
    "model/housing_models.py": {"model", "image", "images"},
    "README.md": {"docs"},
    "compose.yaml": {"main"},
}


@pytest.mark.parametrize("file", CALLS)
def test_the_gate_opens_when_what_was_routed_succeeded(clone: Path, act: Act, file: str) -> None:
    done, called = act("pull_request", request(commit(clone, file)), "pr-gate.yml", "--job", "gate")

    assert done.succeeded, "\n".join(done.log)
    assert done.jobs["pr gate/gate"] == "success"
    assert {name.split("/")[0] for name in done.jobs} == {"pr gate", "ci", *CALLS[file]}
    assert "ci gate" in called


@pytest.mark.parametrize("target", ["make lint", "test main"])
def test_the_gate_closes_when_a_called_job_failed(clone: Path, act: Act, target: str) -> None:
    call.replace_calls(clone / ".github/workflows/pr-gate.yml")
    push = commit(clone, "compose.yaml")

    done, _ = act("pull_request", request(push), "pr-gate.yml", "--job", "gate", fail=target)

    assert done.jobs["pr gate/main"] == "failure"
    assert done.jobs["pr gate/gate"] == "failure"
    assert any("main is failure and has to be success" in line for line in done.log), "\n".join(done.log)


@pytest.mark.parametrize(
    ("file", "workflow", "commands"),
    [
        (
            "services/api/app/main.py",
            "service-pipeline.yml",
            {
                "make lint",
                "ci test-service",
                "chaos",
                "ci fuzz",
                "images build",
                "images save",
                "images smoke",
                "images sbom",
            },
        ),
        (
            "data/src/preprocess.py",
            "data-pipeline.yml",
            {"make data", "make pipeline", "make preproc", "hashes", "dvc push", "data check"},
        ),
        ("model/housing_models.py", "model-pipeline.yml", {"ci data", "make pr-check"}),
        ("compose.yaml", "main.yml", {"make lint", "test main"}),
        ("README.md", "docs-pipeline.yml", {"test docs"}),
        (
            "infrastructure/kubernetes/overlays/production/bundle.env",
            "promotion.yml",
            {"ci preflight", "ci git", "deploy check"},
        ),
        ("infrastructure/kubernetes/overlays/local/bundle.env", "deploy.yml", {"ci preflight"}),
        ("README.md", "ci.yml", {"ci data", "ci route", "dvc repro", "hashes", "test crossing"}),
        (
            "model/housing_models.py",
            "image-pipeline.yml",
            {"images build", "images save", "images smoke", "images sbom"},
        ),
    ],
)
def test_a_push_runs_the_jobs_that_need_no_account(
    clone: Path, act: Act, file: str, workflow: str, commands: set[str]
) -> None:
    done, called = act("push", commit(clone, file), workflow)

    assert done.succeeded, "\n".join(done.log)
    assert commands <= set(called)
    assert not {"ci dispatch", "model official", "ci notify", "images push", "ci deploy", "deploy verify"} & set(called)


def test_with_its_secrets_main_pushes_signs_and_proposes_the_images(clone: Path, act: Act) -> None:
    options = [word for secret in ("DOCKER_PASSWORD=token", "APP_PRIVATE_KEY=key") for word in ("--secret", secret)]
    options += [word for variable in ("DOCKER_USERNAME=someone", "APP_CLIENT_ID=1") for word in ("--var", variable)]

    push = commit(clone, "services/api/app/main.py")
    done, called = act("push", push, "service-pipeline.yml", *options)

    assert done.succeeded, "\n".join(done.log)
    last = [
        "images push",
        "images sign",
        "ci preflight",
        "ci git",
        "images verify",
        "ci deploy",
        "ci propose",
    ]
    assert [target for target in called if target in last][-len(last) :] == last
    assert "deploy verify" not in called


@pytest.mark.parametrize(
    ("environment", "workflow", "cluster", "role"),
    [
        ("local", "deploy.yml", "EKS_CLUSTER_NAME", "AWS_DEPLOY_ROLE_ARN"),
        ("production", "promotion.yml", "EKS_PRODUCTION_CLUSTER_NAME", "AWS_PRODUCTION_READ_ROLE_ARN"),
    ],
)
def test_a_merged_overlay_is_verified_where_there_is_a_cluster(
    clone: Path, act: Act, environment: str, workflow: str, cluster: str, role: str
) -> None:
    variables = (f"{cluster}=house", "AWS_REGION=eu-central-1", f"{role}=arn:aws:iam::1:role/a")
    variables += ("MLFLOW_TRACKING_URI=http://127.0.0.1:5000",)
    options = [word for variable in variables for word in ("--var", variable)]

    push = commit(clone, f"infrastructure/kubernetes/overlays/{environment}/bundle.env")
    done, called = act("push", push, workflow, *options)

    # There is no account here, so that the job ends where it would take its identity.
    assert done.jobs[f"{workflow.removesuffix('.yml')}/verify"] == "failure"
    assert "needs an account" in "\n".join(done.log)
    assert "ci deploy" not in called


def test_a_workflow_of_a_team_s_own_runs_what_it_calls(clone: Path, act: Act) -> None:
    (text,) = re.findall(r"```yaml\n(.*?)```", (ROOT / "docs/workflows.md").read_text(), re.DOTALL)
    (clone / ".github/workflows/monday.yml").write_text(text)
    run(clone, "git", "add", "--all")

    done, called = act("schedule", commit(clone, "README.md"), "monday.yml")

    assert done.succeeded, "\n".join(done.log)
    assert {"ci data", "release champion", "make pr-check"} <= set(called)
    assert not {"model tune", "model official", "ci notify"} & set(called)
