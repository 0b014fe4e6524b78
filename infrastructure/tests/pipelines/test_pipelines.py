"""The data pipeline on the cluster is the one of `plumb data run`, and what its manifests name exists."""

import copy
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from infrastructure.tests import schemas
from infrastructure.tests.manifests.rendering import Object, render
from infrastructure.tests.pipelines import checks as pipeline_checks
from infrastructure.tests.pipelines.checks import FOLDER, SCHEDULE, TEMPLATE, one
from plumbline.ingest.pipeline import quarantine
from plumbline.testing.repository import ROOT

OVERLAYS = sorted(path.parent for path in FOLDER.glob("overlays/*/kustomization.yaml"))


def faults(objects: list[Object]) -> list[str]:
    return [*pipeline_checks.of_code(objects), *pipeline_checks.of_safety(objects)]


@pytest.fixture(scope="module")
def staging() -> list[Object]:
    return render(FOLDER / "overlays/staging")


@pytest.mark.parametrize("overlay", OVERLAYS, ids=lambda path: path.name)
def test_every_overlay_names_what_exists_and_is_restricted(overlay: Path) -> None:
    assert faults(render(overlay)) == []


@pytest.mark.parametrize("overlay", OVERLAYS, ids=lambda path: path.name)
def test_every_object_fits_the_schema_of_its_kind(overlay: Path) -> None:
    assert list(schemas.faults(render(overlay))) == []


@pytest.mark.parametrize("overlay", OVERLAYS, ids=lambda path: path.name)
def test_the_schedule_gives_every_parameter_of_the_template(overlay: Path) -> None:
    objects = render(overlay)
    schedule = one(objects, "CronWorkflow", SCHEDULE)["spec"]
    wanted = one(objects, "WorkflowTemplate", TEMPLATE)["spec"]["arguments"]["parameters"]

    given = [item["name"] for item in schedule["workflowSpec"]["arguments"]["parameters"]]

    assert schedule["workflowSpec"]["workflowTemplateRef"] == {"name": TEMPLATE}
    assert given == [item["name"] for item in wanted] == ["dataset_url", "repo_url"]


def test_production_has_no_schedule_and_a_run_by_hand_is_refused() -> None:
    objects = render(FOLDER / "overlays/production")
    step = one(objects, "WorkflowTemplate", TEMPLATE)["spec"]["templates"][1]

    assert one(objects, "CronWorkflow", SCHEDULE)["spec"]["suspend"] is True
    assert {"name": "PLUMBLINE_ENV", "value": "production"} in step["container"]["env"]


def test_the_secrets_have_the_keys_that_the_code_reads(staging: list[Object]) -> None:
    keys = {
        item["metadata"]["name"]: {entry["secretKey"] for entry in item["spec"]["data"]}
        for item in staging
        if item["kind"] == "ExternalSecret"
    }
    assert keys == {
        "aws-connection-data": {"AWS_S3_ENDPOINT", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_S3_BUCKET"},
        "git-auth": {"username", "password"},
    }


def test_the_namespace_comes_from_the_pod(staging: list[Object]) -> None:
    step = one(staging, "WorkflowTemplate", TEMPLATE)["spec"]["templates"][1]

    fields = [item["valueFrom"] for item in step["container"]["env"] if item["name"] == "NAMESPACE"]

    assert fields == [{"fieldRef": {"fieldPath": "metadata.namespace"}}]


def test_a_commit_of_new_data_starts_the_model_pipeline() -> None:
    workflow = yaml.load((ROOT / ".github/workflows/model-pipeline.yml").read_text(), Loader=yaml.BaseLoader)

    assert "data/raw/*.dvc" in workflow["on"]["push"]["paths"]


def test_the_code_of_refused_data_is_the_one_that_is_not_retried() -> None:
    assert quarantine.EXIT_CODE == 3


def _step(objects: list[Object]) -> Object:
    step: Object = one(objects, "WorkflowTemplate", TEMPLATE)["spec"]["templates"][1]
    return step


def _spec(objects: list[Object]) -> Object:
    spec: Object = one(objects, "WorkflowTemplate", TEMPLATE)["spec"]
    return spec


PLANTED: dict[str, tuple[Callable[[list[Object]], object], str]] = {
    "a step that is no subcommand": (
        lambda it: _spec(it)["templates"][0]["dag"]["tasks"][3]["arguments"]["parameters"][0].update(value="save"),
        "the steps ['fetch', 'validate', 'configure', 'save', 'version', 'publish'] are not those",
    ),
    "a step left out": (
        lambda it: _spec(it)["templates"][0]["dag"]["tasks"].pop(1),
        "are not those of `plumb data run`",
    ),
    "another command": (
        lambda it: _step(it)["container"].update(command=["python", "ingest.py"]),
        "the command ['python', 'ingest.py'] is not that of the package",
    ),
    "an option that is none": (
        lambda it: _step(it)["container"]["args"].append("--branch=main"),
        "the option --branch is not one of the package",
    ),
    "a parameter that is not declared": (
        lambda it: _spec(it)["arguments"]["parameters"].pop(1),
        "the parameter repo_url is not declared",
    ),
    "a variable that nothing reads": (
        lambda it: _step(it)["container"]["env"].append({"name": "S3_URL", "value": "a"}),
        "the variable S3_URL is read by nothing",
    ),
    "a key that the secret lacks": (
        lambda it: _step(it)["container"]["env"][2]["valueFrom"]["secretKeyRef"].update(key="ENDPOINT"),
        "the key ENDPOINT is not in the secret aws-connection-data",
    ),
    "an account that is not there": (
        lambda it: _spec(it).update(serviceAccountName="default"),
        "the service account default is not there",
    ),
    "an image by tag": (
        lambda it: _step(it)["container"].update(image="plumbline-pipeline:latest"),
        "the image plumbline-pipeline:latest is not pinned by digest",
    ),
    "a pod that may run as root": (lambda it: _spec(it)["securityContext"].pop("runAsNonRoot"), "may run as root"),
    "a writable root": (
        lambda it: _step(it)["container"]["securityContext"].pop("readOnlyRootFilesystem"),
        "a container is not restricted",
    ),
    "no deadline": (lambda it: _spec(it).pop("activeDeadlineSeconds"), "a run has no deadline"),
    "no mutex": (lambda it: _spec(it).pop("synchronization"), "two runs may collide"),
    "retries of refused data": (lambda it: _step(it)["retryStrategy"].pop("expression"), "refused data is tried again"),
}


@pytest.mark.parametrize("name", PLANTED)
def test_a_planted_fault_is_found(staging: list[Object], name: str) -> None:
    plant, message = PLANTED[name]
    objects = copy.deepcopy(staging)

    plant(objects)

    assert [fault for fault in faults(objects) if message in fault]


@pytest.mark.parametrize(
    ("kind", "name", "change", "message"),
    [
        ("WorkflowTemplate", TEMPLATE, {"entry": "a"}, "'entry' was unexpected"),
        ("CronWorkflow", SCHEDULE, {"schedules": "daily"}, "is not of type 'array'"),
        ("ExternalSecret", "git-auth", {"store": {}}, "'store' was unexpected"),
    ],
)
def test_a_planted_fault_of_the_schema_is_found(
    staging: list[Object], kind: str, name: str, change: Object, message: str
) -> None:
    objects = copy.deepcopy(staging)

    one(objects, kind, name)["spec"].update(change)

    assert [fault for fault in schemas.faults(objects) if message in fault]
