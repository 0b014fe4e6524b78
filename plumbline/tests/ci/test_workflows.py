"""The workflows hold no logic, grant no more than they say, and name nothing that does not exist."""

from collections.abc import Callable
from pathlib import Path

import pytest

from plumbline.testing.repository import ROOT, plant, run
from plumbline.tests.ci import workflow_checks as checks
from plumbline.tests.ci.workflow_checks import copy

TRACKED = run(ROOT, "git", "ls-files", "--cached", "--others", "--exclude-standard").stdout.splitlines()


def paths_that_match_nothing(root: Path) -> list[str]:
    return checks.paths_that_match_nothing(root, TRACKED)


def parts_of_an_image_that_do_not_build_it(root: Path) -> list[str]:
    return checks.parts_of_an_image_that_do_not_build_it(root, TRACKED)


CHECKS: dict[str, Callable[[Path], list[str]]] = {
    check.__name__: check
    for check in (
        checks.actions_that_are_not_pinned,
        checks.actions_that_the_documented_settings_refuse,
        checks.jobs_without_a_timeout,
        checks.jobs_the_gate_does_not_need,
        checks.steps_that_are_no_command,
        checks.variables_that_are_not_set,
        checks.local_files_that_do_not_exist,
        paths_that_match_nothing,
        checks.images_that_are_not_built,
        parts_of_an_image_that_do_not_build_it,
        checks.secrets_that_are_not_documented,
        checks.settings_that_are_no_secret_too,
        checks.grants_without_a_reason,
        checks.calls_that_grant_too_little,
        checks.checkouts_that_keep_the_token,
        checks.groups_that_lose_a_run,
        checks.ledgers_of_one_machine,
        checks.artifacts_that_expire_before_an_approval,
    )
}


@pytest.mark.parametrize("name", CHECKS)
def test_there_are_no(name: str) -> None:
    assert CHECKS[name](ROOT) == []


NAMES = ("pr-gate", "ci", "images", "model-pipeline", "service-pipeline", "image-pipeline", "deploy")
GATE, CI, IMAGES, MODEL, SERVICES, IMAGE, DEPLOY = (f".github/workflows/{name}.yml" for name in NAMES)


@pytest.mark.parametrize(
    ("check", "file", "old", "new", "message"),
    [
        (
            "actions_that_are_not_pinned",
            CI,
            "@3d3c42e5aac5ba805825da76410c181273ba90b1 # v7.0.1",
            "@v7",
            "@v7` is not pinned",
        ),
        ("actions_that_are_not_pinned", CI, " # v7.0.1", "", "is not pinned by a commit with its version"),
        (
            "actions_that_the_documented_settings_refuse",
            "docs/workflows.md",
            "`docker` and `hashicorp`",
            "`docker`",
            "actions of hashicorp",
        ),
        ("jobs_without_a_timeout", CI, "    timeout-minutes: 30\n", "", "ci.yml, job hashes has no timeout"),
        ("jobs_the_gate_does_not_need", GATE, "data, model, image,", "data, image,", "the gate does not need model"),
        ("steps_that_are_no_command", CI, "plumb hashes", "make nonsense", "there is no make target nonsense"),
        ("steps_that_are_no_command", CI, "plumb hashes", "plumb nonsense", 'Unknown command "nonsense"'),
        ("steps_that_are_no_command", CI, "plumb hashes", "plumb hashes --often", "Unknown option: --often"),
        (
            "steps_that_are_no_command",
            GATE,
            "plumb ci route --github",
            'echo "${{ github.event.pull_request.title }}"',
            'job changes: `echo "${{ github.event.pull_request.title }}"` is not one command',
        ),
        (
            "steps_that_are_no_command",
            GATE,
            "plumb ci route --github",
            "plumb ci route --base ${{ github.event.pull_request.title }}",
            "is not one command with literal arguments",
        ),
        ("steps_that_are_no_command", CI, "plumb hashes", "plumb hashes && make data", "is not one command"),
        ("variables_that_are_not_set", GATE, '"$NUMBER"', '"$NUMBERS"', "takes NUMBERS, which its env does not set"),
        (
            "local_files_that_do_not_exist",
            CI,
            "./.github/actions/setup",
            "./.github/actions/nowhere",
            "nowhere does not",
        ),
        ("paths_that_match_nothing", MODEL, "- MLproject", "- MLprojects", "no file matches MLprojects"),
        ("paths_that_match_nothing", MODEL, "- .github/workflows/model-pipeline.yml", "", "is not among its paths"),
        ("images_that_are_not_built", SERVICES, '"predict", ', "", "no workflow builds the image predict"),
        ("images_that_are_not_built", IMAGE, '"pipeline"', '"pipeline", "api"', "two workflows build the image api"),
        ("parts_of_an_image_that_do_not_build_it", IMAGE, "      - dvc.lock\n", "", "dvc.lock is in the image"),
        (
            "parts_of_an_image_that_do_not_build_it",
            IMAGE,
            "- plumbline/**",
            "- plumbline/ci/**",
            "plumbline/cli/app.py is",
        ),
        ("secrets_that_are_not_documented", MODEL, "secrets.SIGNING_KEY }}", "secrets.OTHER }}", "what OTHER is"),
        (
            "secrets_that_are_not_documented",
            "docs/workflows.md",
            "| `SIGNING_KEY`",
            "| SIGNING_KEY",
            "what SIGNING_KEY is",
        ),
        (
            "settings_that_are_no_secret_too",
            SERVICES,
            "vars.DOCKER_USERNAME || secrets.DOCKER_USERNAME",
            "vars.DOCKER_USERNAME",
            "service-pipeline.yml: say `vars.DOCKER_USERNAME || secrets.DOCKER_USERNAME`",
        ),
        (
            "settings_that_are_no_secret_too",
            SERVICES,
            "      DOCKER_USERNAME: ${{ secrets.DOCKER_USERNAME }}\n",
            "",
            "job publish does not give DOCKER_USERNAME",
        ),
        (
            "settings_that_are_no_secret_too",
            DEPLOY,
            "      EKS_CLUSTER_NAME:\n        description: Instead of the variable of this name\n",
            "      OTHER:\n        description: Another\n",
            "deploy.yml: on.workflow_call does not declare EKS_CLUSTER_NAME",
        ),
        (
            "grants_without_a_reason",
            CI,
            " # OIDC to AWS, to read the DVC remote",
            "",
            "`id-token: write` has no reason",
        ),
        ("grants_without_a_reason", CI, "contents: read", "contents: write", "permissions at the top"),
        (
            "calls_that_grant_too_little",
            GATE,
            "contents: write # official",
            "contents: read # official",
            "which official of model-pipeline.yml",
        ),
        (
            "checkouts_that_keep_the_token",
            CI,
            "persist-credentials: false",
            "fetch-depth: 1",
            "job preflight: actions/checkout",
        ),
        (
            "groups_that_lose_a_run",
            CI,
            "jobs:\n",
            "concurrency: ci\n\njobs:\n",
            "ci.yml: `concurrency` cancels what waits",
        ),
        ("groups_that_lose_a_run", MODEL, "    environment: official\n", "    concurrency: ledger\n", "job official"),
        (
            "groups_that_lose_a_run",
            GATE,
            "cancel-in-progress: true",
            "cancel-in-progress: false",
            "does not cancel the run",
        ),
        (
            "ledgers_of_one_machine",
            MODEL,
            "      PLUMBLINE_LEDGER: branch:ledger\n",
            "",
            "is lost with the runner",
        ),
        (
            "ledgers_of_one_machine",
            DEPLOY,
            "contents: write # pushes the branch of the ledger\n",
            "contents: read\n",
            "may not push the branch",
        ),
        (
            "artifacts_that_expire_before_an_approval",
            IMAGES,
            "github.ref == 'refs/heads/main' && 31 || 1",
            "github.ref == 'refs/heads/main' && 1 || 31",
            "image- is gone",
        ),
    ],
)
def test_a_planted_fault_is_found(tmp_path: Path, check: str, file: str, old: str, new: str, message: str) -> None:
    root = copy(tmp_path)
    plant(root, file, old, new)
    faults = CHECKS[check](root)
    assert [fault for fault in faults if message in fault], faults
