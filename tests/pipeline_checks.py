"""What is wrong with the manifests of the data pipeline, by their schemas and by the code that they name."""

import functools
import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator

from data.src.ingest.__main__ import STEPS
from data.src.ingest.environment import Environment
from tests.conftest import ROOT

FOLDER = ROOT / "infrastructure/pipelines"
TEMPLATE, SCHEDULE = "data-pipeline-with-dvc", "data-pipeline-with-dvc-daily"
# Read by boto3, s3fs and DVC themselves.
_CREDENTIALS = {"AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"}
_MODULES = {
    "github.com/argoproj/argo-workflows/v3@v3.7.6": [
        "manifests/base/crds/full/argoproj.io_workflowtemplates.yaml",
        "manifests/base/crds/full/argoproj.io_cronworkflows.yaml",
    ],
    "github.com/external-secrets/external-secrets@v1.3.2": [
        "config/crds/bases/external-secrets.io_externalsecrets.yaml"
    ],
}

Object = dict[str, Any]


@functools.cache
def validators() -> dict[tuple[str, str], Draft202012Validator]:
    """Validators by apiVersion and kind, from the definitions in Go modules; without Go the test is skipped."""
    go = shutil.which("go") or shutil.which("/usr/local/go/bin/go")
    if not go:
        pytest.skip("Go is not installed: the schemas of Argo Workflows cannot be fetched")
    found = {}
    for module, files in _MODULES.items():
        done = subprocess.run([go, "mod", "download", "-json", module], capture_output=True, text=True, check=False)
        if done.returncode:
            pytest.skip(f"{module} cannot be fetched: {done.stdout}{done.stderr}")
        for file in files:
            spec = yaml.load((Path(json.loads(done.stdout)["Dir"]) / file).read_text(), Loader=yaml.CSafeLoader)["spec"]
            for version in spec["versions"]:
                schema = Draft202012Validator(_closed(version["schema"]["openAPIV3Schema"]))
                found[f"{spec['group']}/{version['name']}", spec["names"]["kind"]] = schema
    return found


def _closed(schema: Any) -> Any:
    """The schema with unknown fields refused, which the API server would drop without a word."""
    if isinstance(schema, list):
        return [_closed(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    changed = {key: _closed(part) for key, part in schema.items()}
    if isinstance(schema.get("properties"), dict) and not schema.get("x-kubernetes-preserve-unknown-fields"):
        changed.setdefault("additionalProperties", False)
    if schema.get("x-kubernetes-int-or-string"):
        changed["type"] = ["integer", "string"]
    return changed


def of_schemas(objects: list[Object]) -> Iterator[str]:
    """What the API server would refuse or drop."""
    for item in objects:
        validator = validators().get((item["apiVersion"], item["kind"]))
        if validator:
            for error in validator.iter_errors(item):
                yield f"{item['kind']} {item['metadata']['name']}: {error.json_path}: {error.message}"


def one(objects: list[Object], kind: str, name: str) -> Object:
    """The object of that kind and name."""
    return next(item for item in objects if (item["kind"], item["metadata"]["name"]) == (kind, name))


def of_code(objects: list[Object]) -> Iterator[str]:
    """What the workflow names and neither the code nor another object has."""
    spec = one(objects, "WorkflowTemplate", TEMPLATE)["spec"]
    templates = {template["name"]: template for template in spec["templates"]}
    container = templates["step"]["container"]
    if container["command"] != ["python", "-m", "data.src.ingest"]:
        yield f"the command {container['command']} is not that of the package"
    steps = [_step(task) for task in templates[spec["entrypoint"]]["dag"]["tasks"]]
    if tuple(steps) != STEPS:
        yield f"the steps {steps} are not those of `make data-run`, {list(STEPS)}"
    code = (ROOT / "data/src/ingest/__main__.py").read_text()
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
