"""What is wrong with the manifests of the data pipeline, by the code that they name."""

import re
from collections.abc import Iterator

from infrastructure.tests.manifests.rendering import Object
from plumbline.ingest.pipeline.__main__ import STEPS
from plumbline.ingest.pipeline.environment import Environment
from plumbline.testing.repository import ROOT

FOLDER = ROOT / "infrastructure/pipelines"
TEMPLATE, SCHEDULE = "data-pipeline-with-dvc", "data-pipeline-with-dvc-daily"
# Read by boto3, s3fs and DVC themselves.
_CREDENTIALS = {"AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"}


def one(objects: list[Object], kind: str, name: str) -> Object:
    """The object of that kind and name."""
    return next(item for item in objects if (item["kind"], item["metadata"]["name"]) == (kind, name))


def of_code(objects: list[Object]) -> Iterator[str]:
    """What the workflow names and neither the code nor another object has."""
    spec = one(objects, "WorkflowTemplate", TEMPLATE)["spec"]
    templates = {template["name"]: template for template in spec["templates"]}
    container = templates["step"]["container"]
    if container["command"] != ["python", "-m", "plumbline.ingest.pipeline"]:
        yield f"the command {container['command']} is not that of the package"
    steps = [_step(task) for task in templates[spec["entrypoint"]]["dag"]["tasks"]]
    if tuple(steps) != STEPS:
        yield f"the steps {steps} are not those of `plumb data run`, {list(STEPS)}"
    code = (ROOT / "plumbline/ingest/pipeline/__main__.py").read_text()
    for option in re.findall(r"(--[a-z-]+)", " ".join(container["args"])):
        if f'"{option}"' not in code:
            yield f"the option {option} is not one of the package"
    given = {item["name"] for item in spec["arguments"]["parameters"]}
    for name in re.findall(r"{{workflow\.parameters\.(\w+)}}", " ".join(container["args"])):
        if name not in given:
            yield f"the parameter {name} is not declared"
    yield from _variables(container, objects)
    accounts = {item["metadata"]["name"] for item in objects if item["kind"] == "ServiceAccount"}
    if spec["serviceAccountName"] not in accounts:
        yield f"the service account {spec['serviceAccountName']} is not there"


def _variables(container: Object, objects: list[Object]) -> Iterator[str]:
    for variable in container["env"]:
        name = variable["name"]
        if name not in {*Environment.model_fields, *_CREDENTIALS, "PLUMBLINE_ENV"}:
            yield f"the variable {name} is read by nothing"
        reference = variable.get("valueFrom", {}).get("secretKeyRef")
        if not reference:
            continue
        secrets = [item for item in objects if item["kind"] == "ExternalSecret"]
        keys = {
            (secret["spec"]["target"]["name"], item["secretKey"])
            for secret in secrets
            for item in secret["spec"]["data"]
        }
        if (reference["name"], reference["key"]) not in keys:
            yield f"the key {reference['key']} is not in the secret {reference['name']}"


def _step(task: Object) -> str:
    return str(task["arguments"]["parameters"][0]["value"])


def of_safety(objects: list[Object]) -> Iterator[str]:
    """What a pod of the workflow may and should not, and what a run lacks to end and not to collide."""
    spec = one(objects, "WorkflowTemplate", TEMPLATE)["spec"]
    step = next(template for template in spec["templates"] if template["name"] == "step")
    container, context = step["container"], spec["securityContext"]
    if not re.fullmatch(r".+@sha256:[0-9a-f]{64}", container["image"]):
        yield f"the image {container['image']} is not pinned by digest"
    if context.get("runAsNonRoot") is not True or context.get("seccompProfile", {}).get("type") != "RuntimeDefault":
        yield "a pod may run as root or without a seccomp profile"
    restricted = {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }
    if container.get("securityContext") != restricted:
        yield "a container is not restricted"
    if "memory" not in container.get("resources", {}).get("limits", {}):
        yield "a container has no limit of memory"
    if not spec.get("activeDeadlineSeconds"):
        yield "a run has no deadline"
    if not spec.get("synchronization", {}).get("mutexes"):
        yield "two runs may collide: there is no mutex"
    if "!= 3" not in step.get("retryStrategy", {}).get("expression", ""):
        yield "refused data is tried again"
