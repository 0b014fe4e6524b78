"""What the story plays in: a clone of its own, a testbed in the cluster, and how both are taken away again."""

import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from plumbline.deploy.overlay import OVERLAYS
from plumbline.kernel import git
from plumbline.kernel.errors import PlumblineError
from plumbline.proof import worktree
from plumbline.registry.registry import model_name
from plumbline.testing.repository import ROOT, environment
from tests.acceptance.cluster import images, kube
from tests.acceptance.cluster.kube import kubectl
from tests.acceptance.story import until

ENVIRONMENT, NAMESPACE, TESTBED, ARGOCD = "cluster", "plumbline-cluster", "plumbline-testbed", "argocd"
OVERLAY = OVERLAYS / ENVIRONMENT
INGRESS, CERTIFICATE = "istio-ingress", f"{NAMESPACE}-tls"  # of a mesh: its gateway's namespace, and the secret there
GIT_URL = f"git://git.{TESTBED}.svc.cluster.local/plumbline.git"


@dataclass
class World:
    """The clone, and what the steps tell one another.

    Attributes:
        clone: A copy of this repository, where the story builds and commits.
        tag: Of the images that are deployed first.
        mesh: Whether it is played in Istio's mesh.
        known: What one step leaves for the next.
    """

    clone: Path
    tag: str
    mesh: bool = False
    known: dict[str, Any] = field(default_factory=dict)

    def run(self, *command: str, fails: bool = False, **variables: str) -> str:
        """Run a command in the clone, with this environment's Python and the clone's own code.

        Raises:
            PlumblineError: It failed, or, if it `fails`, it did not.
        """
        given = environment(self.clone) | git.apart("story") | {"COLUMNS": "200"} | variables
        done = subprocess.run(command, cwd=self.clone, env=given, capture_output=True, text=True, check=False)
        text = done.stdout + done.stderr
        if bool(done.returncode) != fails:
            raise PlumblineError(f"`{' '.join(command)}` ended with {done.returncode}:\n{text[-4000:]}")
        return text

    def plumb(self, *words: str, fails: bool = False, **variables: str) -> str:
        """Run a command in the clone, by its own code; the environment is the one that runs here."""
        return self.run(sys.executable, "-m", "plumbline.cli", *words, fails=fails, **variables)

    def push(self) -> str:
        """Push the clone's branch to the cluster's git server, and have Argo CD look; give the commit."""
        with kube.forwarded(TESTBED, "service/git", 9418) as port:
            self.run("git", "push", "--quiet", "--force", f"git://127.0.0.1:{port}/plumbline.git", "HEAD:main")
        if kube.get(ARGOCD, "application.argoproj.io", f"plumbline-{ENVIRONMENT}"):
            refresh = "argocd.argoproj.io/refresh=normal"
            kubectl(
                "-n", ARGOCD, "annotate", "application.argoproj.io", f"plumbline-{ENVIRONMENT}", refresh, "--overwrite"
            )
        return self.run("git", "rev-parse", "HEAD").strip()


def copy_overlay(clone: Path) -> None:
    """Write the overlay of the story without a mesh into a clone."""
    shutil.copytree(ROOT / "tests/acceptance/cluster/overlay", clone / OVERLAY)


def make_clone(folder: Path, write_overlay: Callable[[Path], None]) -> Path:
    """Copy the repository as it is now, with the overlay of the story, as one commit."""
    clone = worktree.copy(ROOT, folder / "clone")
    write_overlay(clone)
    bundle = clone / OVERLAY / "bundle.env"
    bundle.write_text(bundle.read_text().replace("/none/", f"/{model_name()}/"))
    world = World(clone, "")
    world.run("git", "add", "--all")
    world.run("git", "commit", "--quiet", "--message", "The repository as it is")
    return clone


def commit(clone: Path) -> str:
    """Give the commit that is checked out."""
    return World(clone, "").run("git", "rev-parse", "HEAD").strip()


def start_testbed(image: str, scraping: str) -> None:
    """Start git server, object store, PostgreSQL and Prometheus, with the rules of the repository, in the cluster.

    Args:
        image: Of all of them.
        scraping: The configuration of Prometheus.
    """
    if not shutil.which("helm"):
        raise PlumblineError("helm is not installed (https://helm.sh/docs/intro/install)")
    for kind in ("applications.argoproj.io", "rollouts.argoproj.io", "analysistemplates.argoproj.io"):
        if not kubectl("get", "crd", kind, "--ignore-not-found"):
            raise PlumblineError(f"the cluster has no {kind}: install Argo CD and Argo Rollouts first (docs/deploy.md)")
    stop()
    objects = list(yaml.safe_load_all(kubectl("kustomize", str(images.TESTBED))))
    for item in objects:
        if item["kind"] == "Deployment":
            item["spec"]["template"]["spec"]["containers"][0]["image"] = image
    rules = {
        f"{path.stem}.rules.yaml": yaml.safe_dump(yaml.safe_load(path.read_text())["spec"])
        for path in sorted((ROOT / "infrastructure/monitoring/rules").glob("*.yaml"))
    }
    config = {"prometheus.yml": scraping, **rules}
    objects.append(
        {
            "apiVersion": "v1",
            "kind": "ConfigMap",
            "metadata": {"name": "prometheus", "namespace": TESTBED},
            "data": config,
        }
    )
    kube.apply(TESTBED, *[item for item in objects if item["kind"] == "Namespace"])
    kube.apply(TESTBED, *[item for item in objects if item["kind"] != "Namespace"])
    kubectl("-n", TESTBED, "wait", "--for=condition=Available", "deployment", "--all", "--timeout=120s")


def stop() -> None:
    """Take everything away that the story made."""
    name = f"plumbline-{ENVIRONMENT}"
    if kubectl("get", "crd", "applications.argoproj.io", "--ignore-not-found"):
        kubectl(
            "-n", ARGOCD, "delete", "applications.argoproj.io", name, "--ignore-not-found", "--timeout=60s", check=False
        )
    kubectl("-n", INGRESS, "delete", "secret", CERTIFICATE, "--ignore-not-found")
    for namespace in (NAMESPACE, TESTBED):
        kubectl("delete", "namespace", namespace, "--ignore-not-found", "--timeout=120s")
    for kind in ("validatingadmissionpolicybinding", "validatingadmissionpolicy"):
        kubectl("delete", kind, "plumbline-images", "--ignore-not-found")
    for kind in ("clusterrole", "clusterrolebinding"):
        kubectl("delete", kind, f"{TESTBED}-prometheus", "--ignore-not-found")
    if kubectl("get", "crd", "appprojects.argoproj.io", "--ignore-not-found"):
        kubectl("-n", ARGOCD, "delete", "appprojects.argoproj.io", name, "--ignore-not-found", "--timeout=60s")
    until("namespaces gone", lambda: not kube.get("", "namespace", NAMESPACE), 60)
