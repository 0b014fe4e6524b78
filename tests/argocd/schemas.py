"""The schemas of Argo CD's kinds, fetched when they are asked for."""

import functools
import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator

from tests.argocd.rendering import Object

MODULE = "github.com/argoproj/argo-cd/v3@v3.2.11"


@functools.cache
def definitions() -> dict[str, Any]:
    """Schemas by kind, from the module's own CustomResourceDefinitions; without Go the test is skipped."""
    go = shutil.which("go", path=f"{os.environ['PATH']}:/usr/local/go/bin")
    if go is None:
        pytest.skip("go is not installed: Argo CD's definitions cannot be fetched")
    fetched = subprocess.run([go, "mod", "download", "-json", MODULE], capture_output=True, text=True, check=False)
    if fetched.returncode:
        pytest.skip(f"{MODULE} cannot be fetched: {fetched.stdout.strip()}")
    folder = Path(json.loads(fetched.stdout)["Dir"]) / "manifests/crds"
    found = (yaml.load(file.read_text(), yaml.CSafeLoader) for file in folder.glob("*-crd.yaml"))
    return {item["spec"]["names"]["kind"]: closed(_schema(item)) for item in found}


def _schema(definition: Object) -> Any:
    (version,) = (version for version in definition["spec"]["versions"] if version["served"])
    return version["schema"]["openAPIV3Schema"]


def closed(schema: Any) -> Any:
    """The schema with unknown fields refused, which the API server would drop without a word."""
    if isinstance(schema, list):
        return [closed(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    changed = {key: closed(part) for key, part in schema.items()}
    if isinstance(schema.get("properties"), dict) and not schema.get("x-kubernetes-preserve-unknown-fields"):
        changed.setdefault("additionalProperties", False)
    return changed


def complaints(item: Object) -> Iterator[str]:
    """What the schema of its kind finds wrong with an object."""
    for error in Draft202012Validator(definitions()[item["kind"]]).iter_errors(item):
        yield f"{item['kind']} {item['metadata']['name']}: {error.json_path}: {error.message}"
