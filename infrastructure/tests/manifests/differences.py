"""What an overlay's own files name, and what its objects hold beyond the objects of another overlay."""

import re
from pathlib import Path
from typing import Any

import yaml

from infrastructure.tests.manifests.objects import title
from infrastructure.tests.manifests.rendering import Object, render

_HASHED = re.compile(r"^(bundle|signing-keys|api|monitor)-[a-z0-9]{10}$")


def between(one: Path, other: Path) -> list[str]:
    """Every field that differs between two overlays and that neither of them names."""
    named = _named(one) | _named(other)
    return [
        f"{where}: {left!r} against {right!r}"
        for where, (left, right) in fields(one, other).items()
        if not any(f"{where}/".startswith(f"{path}/") for path in named)
    ]


def fields(one: Path, other: Path) -> dict[str, tuple[Any, Any]]:
    """Every field that differs between two overlays, by object and path, with both values."""
    left, right = (_fields(folder) for folder in (one, other))
    return {
        where: (left.get(where), right.get(where))
        for where in sorted(left.keys() | right.keys())
        if left.get(where) != right.get(where)
    }


def _named(folder: Path) -> set[str]:
    """The fields that patches, images and generators of an overlay set; patches are JSON patches."""
    overlay = yaml.safe_load((folder / "kustomization.yaml").read_text())
    objects = render(folder)
    found = {
        f"ConfigMap {item['name']}{path}" for item in overlay["configMapGenerator"] for path in _generated(folder, item)
    }
    for patch in overlay.get("patches", []):
        operations = patch.get("patch") or (folder / patch["path"]).read_text()
        for item in objects:
            if all(re.fullmatch(pattern, _value(item, key)) for key, pattern in patch["target"].items()):
                found |= {f"{title(item)}{operation['path']}" for operation in yaml.safe_load(operations)}
    return found


def _generated(folder: Path, generator: Object) -> list[str]:
    lines = [line for name in generator.get("envs", []) for line in (folder / name).read_text().splitlines()]
    return [f"/data/{line.partition('=')[0]}" for line in lines] + [
        f"/data/{name}" for name in generator.get("files", [])
    ]


def _value(item: Object, key: str) -> str:
    return str(item["kind"] if key == "kind" else item["metadata"][key])


def _fields(folder: Path) -> dict[str, Any]:
    """Every value by object and path; namespace, images and hashes, which an overlay sets for all, are made equal."""
    overlay = yaml.safe_load((folder / "kustomization.yaml").read_text())
    images = {
        f"{image['newName']}{'@' if 'digest' in image else ':'}{image.get('digest') or image['newTag']}": image["name"]
        for image in overlay["images"]
    }

    def neutral(value: Any) -> Any:
        if value == overlay["namespace"]:
            return "NAMESPACE"
        if isinstance(value, str) and (hashed := _HASHED.match(value)):
            return hashed[1]
        if isinstance(value, str):
            value = value.replace(f".{overlay['namespace']}.svc", ".NAMESPACE.svc")
        return images.get(value, value)

    found: dict[str, Any] = {}

    def walk(value: Any, where: str) -> None:
        if isinstance(value, dict | list):
            entries = value.items() if isinstance(value, dict) else enumerate(value)
            for key, child in entries:
                walk(child, f"{where}/{key}")
        else:
            found[where] = neutral(value)

    for item in render(folder):
        name = neutral(item["metadata"]["name"])
        walk(item, f"{item['kind']} {name}")
    return found
