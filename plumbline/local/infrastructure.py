"""The files of the infrastructure, checked and rendered without an account or a cluster."""

import functools
import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from plumbline.kernel import command
from plumbline.kernel.errors import PlumblineError
from plumbline.local import environments, prometheus_rules

TERRAFORM = Path("infrastructure/terraform")
OVERLAYS = Path("infrastructure/kubernetes/overlays")
MANIFESTS = Path(".plumbline/manifests")
RULES = Path(".plumbline/monitoring")
_AT_ONCE = 2  # a check takes a core, and half a gigabyte for the provider


def _tool(name: str, advice: str) -> str:
    found = shutil.which(name)
    if not found:
        raise PlumblineError(f"{name} is not installed: {advice}")
    return found


def check(*folders: str) -> None:
    """Check format, validity and tests of Terraform modules and stacks.

    Args:
        folders: Such as modules/network; all if none is said.
    """
    found = folders or sorted(str(file.parent.relative_to(TERRAFORM)) for file in TERRAFORM.glob("*/*/versions.tf"))
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        list(pool.map(functools.partial(command.show, f"{TERRAFORM}/check"), found))


def tflint() -> None:
    """Check Terraform with tflint's own rules."""
    program = _tool("tflint", "`plumb ci tools tflint` builds it with Go")
    command.show(
        program,
        f"--chdir={TERRAFORM}",
        f"--config={(TERRAFORM / '.tflint.hcl').absolute()}",
        "--recursive",
        "--format=compact",
    )


def checkov() -> None:
    """Check Terraform with checkov; an exception is justified where it stands."""
    program = environments.sync("checkov", Path("requirements/checkov.txt")) / "checkov"
    command.show(
        str(program),
        "--skip-download",
        "--quiet",
        "--compact",
        "--framework",
        "terraform",
        "--directory",
        str(TERRAFORM),
    )


def rules() -> None:
    """Check the alert rules and run their tests."""
    program = _tool("promtool", "Debian: apt-get install prometheus")
    prometheus_rules.unpack(prometheus_rules.SOURCE, RULES)
    command.show(program, "check", "rules", *map(str, sorted(RULES.glob("rules/*.yaml"))))
    command.show(program, "test", "rules", *map(str, sorted(RULES.glob("tests/*.yaml"))))


def manifests() -> None:
    """Render every overlay to .plumbline/manifests.

    Raises:
        PlumblineError: Neither kustomize nor kubectl is installed, or an overlay is wrong.
    """
    render = (
        ["kustomize", "build"]
        if shutil.which("kustomize")
        else [_tool("kubectl", "or kustomize, which is enough"), "kustomize"]
    )
    MANIFESTS.mkdir(parents=True, exist_ok=True)
    for file in sorted(OVERLAYS.rglob("kustomization.yaml")):
        target = MANIFESTS / f"{'-'.join(file.parent.relative_to(OVERLAYS).parts)}.yaml"
        target.write_text(command.run(*render, str(file.parent)), encoding="utf-8")
        print(target)  # noqa: T201 - what was asked for
