"""Overlays and components, rendered by Kustomize."""

import functools
import itertools
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from plumbline.testing import needs, trials

KUBERNETES = Path(__file__).parents[3] / "infrastructure/kubernetes"
# In the order in which an overlay lists them: what a later one changes must be there.
WAYS_OUT = (("plain",), ("canary-replicas",), ("canary",), ("canary", "shadow"))
ADDITIONS = ("autoscaling", "autoscaling-requests", "observability", "network-policies", "mesh")

# Folders that are no part of an overlay; Argo CD or the team applies them.
APART = ("base/mlflow", "../monitoring/receiver", "../monitoring/slack")
_NO_DIGEST = "sha256:" + "0" * 64

Object = dict[str, Any]


class RenderingError(Exception):
    """Kustomize refused a folder; the message is its own."""


def overlays(root: Path = KUBERNETES) -> list[Path]:
    """Every folder that is applied as it is."""
    return sorted(file.parent for file in root.glob("**/overlays/**/kustomization.yaml"))


def combinations() -> Iterator[tuple[str, ...]]:
    """Every set of components that an overlay may choose."""
    for way, size in itertools.product(WAYS_OUT, range(len(ADDITIONS) + 1)):
        for chosen in itertools.combinations(ADDITIONS, size):
            if "autoscaling" in chosen or "autoscaling-requests" not in chosen:
                yield (*(name for name in chosen if name != "mesh"), *way, *(name for name in chosen if name == "mesh"))


@functools.cache
def kustomize() -> tuple[str, ...]:
    """The command that renders a folder; without one the test is skipped."""
    needs.require("kustomize")
    return trials.kustomize_command()


def text(folder: Path) -> str:
    """Render a folder.

    Raises:
        RenderingError: Kustomize refuses it.
    """
    done = subprocess.run([*kustomize(), str(folder)], capture_output=True, text=True, check=False)
    if done.returncode:
        raise RenderingError(done.stderr.strip())
    return done.stdout


def render(folder: Path) -> list[Object]:
    """Render a folder to its objects."""
    return list(yaml.load_all(text(folder), Loader=yaml.CSafeLoader))


def combine(root: Path, components: tuple[str, ...]) -> Path:
    """Write an overlay of the components, with what every overlay adds, into a copy of the manifests."""
    folder = root / "overlays" / "-".join(("combined", *components))
    folder.mkdir()
    for name in ("bundle.env", "signing.pub.pem"):
        shutil.copy(root / "overlays/local" / name, folder / name)
    overlay = {
        "apiVersion": "kustomize.config.k8s.io/v1beta1",
        "kind": "Kustomization",
        "namespace": "combined",
        "resources": [f"../../base/{name}" for name in ("namespace", "api", "monitor", "predict", "retention")],
        "components": [f"../../components/{name}" for name in ("admission", *components)],
        "configMapGenerator": [
            {"name": "bundle", "envs": ["bundle.env"]},
            {"name": "signing-keys", "files": ["signing.pub.pem"]},
        ],
        "images": [
            {"name": name, "newName": f"example.org/{name}", "digest": _NO_DIGEST}
            for name in ("api", "monitor", "predict")
        ],
    }
    (folder / "kustomization.yaml").write_text(yaml.safe_dump(overlay))
    return folder


def alone(root: Path, folder: str) -> Path:
    """Write an overlay of one folder that is applied by itself, in its own namespace, into a copy of the manifests."""
    target = root / "overlays" / f"alone-{Path(folder).name}"
    target.mkdir()
    overlay = {
        "apiVersion": "kustomize.config.k8s.io/v1beta1",
        "kind": "Kustomization",
        "namespace": "alone",
        "resources": ["../../base/namespace", f"../../{folder}"],
        "images": [{"name": "pipeline", "newName": "example.org/pipeline", "digest": _NO_DIGEST}],
    }
    (target / "kustomization.yaml").write_text(yaml.safe_dump(overlay))
    return target
