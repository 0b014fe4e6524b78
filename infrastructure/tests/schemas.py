"""Objects against the schemas of their kinds, which `plumb ci tools schemas` fetches."""

import functools
import json
from collections.abc import Iterator
from typing import Any

import yaml
from jsonschema import Draft202012Validator

from infrastructure.tests.manifests.objects import title
from infrastructure.tests.manifests.rendering import Object
from plumbline.testing import needs, schemas


class Loader(yaml.CSafeLoader):
    """Reads the `=` of an enumeration as text, which YAML 1.1 gives a meaning of its own."""


Loader.add_constructor("tag:yaml.org,2002:value", yaml.CSafeLoader.construct_yaml_str)


@functools.cache
def validators() -> dict[tuple[str, str], Draft202012Validator]:
    """A validator by apiVersion and kind; without schemas the test is skipped."""
    needs.require("schemas")
    found: dict[tuple[str, str], Draft202012Validator] = {}
    for file, _, _ in schemas.pinned():
        if file.suffix == ".json":
            found |= _of_kubernetes(json.loads(file.read_text()))
        else:
            for definition in yaml.load_all(file.read_text(), Loader=Loader):
                found |= _of_definition(definition)
    return found


def _of_kubernetes(openapi: Object) -> dict[tuple[str, str], Draft202012Validator]:
    definitions = _closed(openapi["definitions"])
    # Written as a number or as text: its own description says so, its type does not.
    definitions["io.k8s.apimachinery.pkg.util.intstr.IntOrString"] = {"type": ["integer", "string"]}
    definitions["io.k8s.apimachinery.pkg.api.resource.Quantity"] = {"type": ["number", "string"]}
    found = {}
    for name, schema in openapi["definitions"].items():
        for it in schema.get("x-kubernetes-group-version-kind", []):
            version = f"{it['group']}/{it['version']}" if it["group"] else it["version"]
            whole = {"$ref": f"#/definitions/{name}", "definitions": definitions}
            found[version, it["kind"]] = Draft202012Validator(whole)
    return found


def _of_definition(definition: Object) -> dict[tuple[str, str], Draft202012Validator]:
    spec = definition["spec"]
    found: dict[tuple[str, str], Draft202012Validator] = {}
    for version in spec["versions"]:
        schema = _closed(version["schema"]["openAPIV3Schema"])
        # Some leave out what every object has.
        schema["properties"] |= {
            "apiVersion": {"type": "string"},
            "kind": {"type": "string"},
            "metadata": {"type": "object"},
        }
        if version["served"]:
            found[f"{spec['group']}/{version['name']}", spec["names"]["kind"]] = Draft202012Validator(schema)
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


def faults(objects: list[Object]) -> Iterator[str]:
    """What the API server would refuse or drop."""
    for item in objects:
        validator = validators().get((item["apiVersion"], item["kind"]))
        if validator is None:
            yield f"{title(item)}: {item['apiVersion']} is served by no version that is pinned"
            continue
        for error in validator.iter_errors(item):
            yield f"{title(item)}: {error.json_path}: {error.message}"
