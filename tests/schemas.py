"""Objects against the schemas of their kinds: python -m tests.schemas fetches those."""

import functools
import json
import os
import shutil
import subprocess
import tomllib
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml
from jsonschema import Draft202012Validator

from tests.conftest import ROOT
from tests.manifests.objects import title
from tests.manifests.rendering import Object, missing

PINNED = ROOT / "infrastructure/schemas.toml"
CACHE = ROOT / ".plumbline/schemas"


class Loader(yaml.CSafeLoader):
    """Reads the `=` of an enumeration as text, which YAML 1.1 gives a meaning of its own."""


Loader.add_constructor("tag:yaml.org,2002:value", yaml.CSafeLoader.construct_yaml_str)


def fetch() -> list[Path]:
    """The pinned files, from the cache, a Go module or a release.

    Raises:
        OSError: A file is not there yet and can be had from neither.
    """
    found = []
    for source in tomllib.loads(PINNED.read_text()).values():
        for file in source["files"]:
            kept = CACHE / source["module"].replace("/", "-") / Path(file).name
            if not kept.exists():
                _fetch(source, file, kept)
            found.append(kept)
    return found


def _fetch(source: dict[str, Any], file: str, kept: Path) -> None:
    go = shutil.which("go") or shutil.which("/usr/local/go/bin/go")
    content = None
    if go:
        command = [go, "mod", "download", "-json", source["module"]]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode == 0:
            content = (Path(json.loads(done.stdout)["Dir"]) / file).read_bytes()
    if content is None:
        with urllib.request.urlopen(source["release"] + file, timeout=60) as answer:
            content = answer.read()
    kept.parent.mkdir(parents=True, exist_ok=True)
    partial = kept.with_suffix(f".{os.getpid()}")
    partial.write_bytes(content)
    partial.replace(kept)


@functools.cache
def validators() -> dict[tuple[str, str], Draft202012Validator]:
    """A validator by apiVersion and kind; without schemas the test is skipped."""
    try:
        files = fetch()
    except (OSError, urllib.error.URLError) as error:
        missing(f"the schemas can be fetched neither with Go nor from their releases ({error}): make schemas")
    found: dict[tuple[str, str], Draft202012Validator] = {}
    for file in files:
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


if __name__ == "__main__":
    for path in fetch():
        print(path)  # noqa: T201
