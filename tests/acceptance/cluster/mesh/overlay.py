"""The environment of the story in a mesh: the overlay of staging, with names, sizes and secrets of its own."""

import shutil
from pathlib import Path
from typing import Any

import yaml

from tests.acceptance.cluster import kube
from tests.acceptance.cluster.world import ENVIRONMENT, OVERLAY, OVERLAYS, TESTBED

_COMPONENT = "../../../../tests/acceptance/cluster/mesh/component"


def make(clone: Path) -> None:
    """Write the overlay of the story into a clone; bundle and images are those of the story without a mesh."""
    folder = clone / OVERLAY
    shutil.copytree(clone / OVERLAYS / "staging", folder)
    shutil.copy(clone / "tests/acceptance/cluster/overlay/bundle.env", folder)
    content = _read(folder)
    content["components"].append(_COMPONENT)
    for image in content["images"]:
        del image["digest"]
        image |= {"newName": f"localhost/plumbline-{image['name']}", "newTag": "0" * 40}
    content["replacements"][0]["source"]["options"]["delimiter"] = "api:"
    _write(folder, content)


def know_database(clone: Path) -> None:
    """Let the network policies admit the database where the testbed has it: it is no part of a private subnet."""
    [pod] = kube.listed(TESTBED, "pods", "app=postgresql")
    cidr = {"op": "replace", "path": "/spec/egress/0/to/0/ipBlock/cidr", "value": f"{pod['status']['podIP']}/32"}
    content = _read(clone / OVERLAY)
    target = {"kind": "NetworkPolicy", "name": "to-database"}
    content["patches"].append({"target": target, "patch": yaml.safe_dump([cidr])})
    _write(clone / OVERLAY, content)


def _read(folder: Path) -> Any:
    return yaml.safe_load((folder / "kustomization.yaml").read_text().replace("staging", ENVIRONMENT))


def _write(folder: Path, content: Any) -> None:
    (folder / "kustomization.yaml").write_text(yaml.safe_dump(content, sort_keys=False), encoding="utf-8")
