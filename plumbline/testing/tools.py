"""Tools that tests use beyond Python, installed where make and the command line find them."""

import os
import shutil
import sys
from pathlib import Path
from typing import Literal

from plumbline.kernel import command, log
from plumbline.kernel.errors import PlumblineError
from plumbline.local import environments
from plumbline.testing import schemas

BIN = Path(".plumbline/bin")
# Into this environment, whose tests import them; no file of its own names them.
LIBRARIES = {"boosters": "requirements/boosters.txt", "ray": "requirements/ray.txt"}
# Go's checksum database vouches for the sources.
GO = {
    "act": "github.com/nektos/act@v0.2.89",
    "actionlint": "github.com/rhysd/actionlint/cmd/actionlint@v1.7.12",
    "helm": "helm.sh/helm/v3/cmd/helm@v3.19.0",
    "kustomize": "sigs.k8s.io/kustomize/kustomize/v5@v5.8.3",
    "tflint": "github.com/terraform-linters/tflint@v0.64.0",
}
# A program, and the package of Debian that brings it.
PACKAGES = {"promtool": ("promtool", "prometheus"), "qemu": ("qemu-x86_64", "qemu-user")}
Name = Literal[
    "act", "actionlint", "boosters", "checkov", "helm", "kustomize", "promtool", "qemu", "ray", "schemas", "tflint"
]
# What needs no Go first.
EVERY: tuple[Name, ...] = (
    "boosters",
    "checkov",
    "ray",
    "schemas",
    "actionlint",
    "act",
    "helm",
    "kustomize",
    "promtool",
    "tflint",
)


def main(*names: Name) -> None:
    """Install what tests use beyond Python and is not there.

    Args:
        names: Of the tools; all but qemu, which `plumb prove --emulate` needs, if none is said.

    Raises:
        PlumblineError: Go is not installed, which builds most of them, or one cannot be had.
    """
    for name in names or EVERY:
        if name in LIBRARIES:
            command.run("uv", "pip", "install", "--python", sys.executable, "--require-hashes", "-r", LIBRARIES[name])
        elif name == "checkov":
            environments.sync(name, Path("requirements/checkov.txt"))
        elif name == "schemas":
            schemas.fetch()
        elif name in PACKAGES:
            _install(*PACKAGES[name])
        elif not (shutil.which(name) or (name == "kustomize" and shutil.which("kubectl"))):  # which holds it
            _build(name)
        log.get("tools").info("ready", tool=name)


def _build(name: str) -> None:
    if not shutil.which("go"):
        raise PlumblineError(f"{name} is not installed, nor Go, which would build it: install one of them")
    command.run("go", "install", GO[name], environment={"GOBIN": str(BIN.absolute())})


def _install(name: str, package: str) -> None:
    if shutil.which(name):
        return
    if not shutil.which("apt-get"):
        raise PlumblineError(f"{name} is not installed: it comes with the package {package}")
    root = [] if os.geteuid() == 0 else ["sudo"]
    command.run(*root, "apt-get", "update", "-qq")  # a runner's lists may name what is gone
    command.run(*root, "apt-get", "install", "-y", "-qq", "--no-install-recommends", package)
