"""What Argo CD would make of the repository: the bridge's chart, the ApplicationSets, the platform's chart."""

import re
import subprocess
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from plumbline.testing import needs
from plumbline.testing.repository import ROOT

BRIDGE = "infrastructure/terraform/modules/gitops-bridge"
SERVER = "https://kubernetes.default.svc"
PREFIX = "plumbline.dev/"
ADDON = "addons.plumbline.dev/"
OPTIONAL = ("karpenter", "kuberay")

Object = dict[str, Any]


class RenderingError(Exception):
    """Helm refused a chart or its values; the message is its own."""


class Cluster(NamedTuple):
    """What the secret of a registered cluster shows to an ApplicationSet."""

    labels: dict[str, str]
    annotations: dict[str, str]


def written(root: Path) -> set[str]:
    """Names of the annotations that Terraform writes, without their prefix."""
    return set(_keys(root, "annotations"))


def addons(root: Path) -> list[str]:
    """The addons whose labels Terraform writes."""
    return _keys(root, "addons")


def _keys(root: Path, name: str) -> list[str]:
    text = (root / BRIDGE / "annotations.tf").read_text()
    (body,) = re.findall(rf"^  {name} = {{\n(.*?)^  }}", text, flags=re.M | re.S)
    return re.findall(r"^    ([\w-]+) += ", body, flags=re.M)


def cluster(root: Path, environment: str, *, optional: bool = True) -> Cluster:
    """The secret as Terraform writes it, with made-up values."""
    annotations = {f"{PREFIX}{name}": f"{name.replace('_', '-')}-of-{environment}" for name in written(root)}
    annotations |= {f"{PREFIX}repo_url": "https://github.com/acme/plumbline.git", f"{PREFIX}revision": "main"}
    labels = {f"{ADDON}{name}": str(optional or name not in OPTIONAL).lower() for name in addons(root)}
    return Cluster({"environment": environment, **labels}, annotations)


def applicationsets(root: Path) -> list[Object]:
    """The ApplicationSets as they are in git."""
    return [yaml.safe_load(file.read_text()) for file in sorted(root.glob("infrastructure/argocd/applicationsets/*"))]


def generated(applicationset: Object, target: Cluster) -> Object:
    """The Application that an ApplicationSet makes of a cluster; an annotation that is missing gives an empty text."""
    values = {".server": SERVER, ".metadata.labels.environment": target.labels["environment"]}
    for kind, entries in (("labels", target.labels), ("annotations", target.annotations)):
        values |= {f'index .metadata.{kind} "{name}"': value for name, value in entries.items()}

    def filled(part: Any) -> Any:
        if isinstance(part, dict):
            return {key: filled(value) for key, value in part.items()}
        if isinstance(part, list):
            return [filled(value) for value in part]
        if isinstance(part, str):
            return re.sub(r"\{\{ *(.*?) *\}\}", lambda found: values.get(found[1], ""), part)
        return part

    template = applicationset["spec"]["template"]
    return filled({"apiVersion": "argoproj.io/v1alpha1", "kind": "Application", **template})  # type: ignore[no-any-return]


def template(chart: Path, values: Object, namespace: str = "argocd") -> list[Object]:
    """Render a chart; without Helm the test is skipped.

    Raises:
        RenderingError: Helm refuses the values or a template.
    """
    needs.require("helm")
    command = ["helm", "template", chart.name, str(chart), "--namespace", namespace, "--values", "-"]
    done = subprocess.run(command, input=yaml.safe_dump(values), capture_output=True, text=True, check=False)
    if done.returncode:
        raise RenderingError(done.stderr.strip())
    return [item for item in yaml.safe_load_all(done.stdout) if item]


def bootstrap(root: Path = ROOT) -> list[Object]:
    """What Terraform gives to Argo CD: the first project and the first Application."""
    return template(root / BRIDGE / "root", {"repo_url": "https://github.com/acme/plumbline.git", "revision": "main"})


def platform(root: Path, environment: str, *, optional: bool = True) -> list[Object]:
    """The project and the Applications of a cluster."""
    application = generated(applicationsets(root)[0], cluster(root, environment, optional=optional))
    source = application["spec"]["source"]
    return template(root / source["path"], source["helm"]["valuesObject"])
