"""Whether the running cluster and git name the same minor version of Kubernetes, and for how long AWS supports it."""

import re
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

from botocore.exceptions import ClientError

from plumbline.cloud import state
from plumbline.cloud.account import Account, code, variable
from plumbline.cloud.findings import Finding, guarded, not_yet, ok, warning, wrong

_SOON = timedelta(days=60)
_GUIDE = "docs/cloud.md, An upgrade of Kubernetes"


def examine(where: Account) -> list[Finding]:
    """Compare the running version with git's, and ask for the end of its standard support."""
    return [guarded("kubernetes", partial(_version, where)), guarded("support of kubernetes", partial(_support, where))]


def _running(where: Account) -> str | None:
    try:
        return str(where.client("eks").describe_cluster(name=where.name)["cluster"]["version"])
    except ClientError as error:
        if code(error) != "ResourceNotFoundException":
            raise
        return None


def _version(where: Account) -> Finding:
    running = _running(where)
    return compare(running, wanted(where.environment)) if running else not_yet("kubernetes")


def wanted(environment: str, root: Path = state.TERRAFORM) -> str:
    """Give the minor version that an apply would make: the shell's, the environment's, or else the default."""
    given = variable("kubernetes_version")
    if given:
        return given
    values = (root / f"envs/{environment}.tfvars").read_text(encoding="utf-8")
    if found := re.search(r'^kubernetes_version\s*=\s*"([\d.]+)"', values, re.MULTILINE):
        return found[1]
    declared = (root / "stacks/platform/variables.tf").read_text(encoding="utf-8")
    (default,) = re.findall(r'variable "kubernetes_version" \{[^}]*?default\s*=\s*"([\d.]+)"', declared)
    return str(default)


def compare(running: str, asked: str) -> Finding:
    """Say what an apply would do to a cluster of the version `running` when git asks for `asked`."""
    steps = int(asked.partition(".")[2]) - int(running.partition(".")[2])
    if steps == 0:
        return ok("kubernetes", running)
    if steps == 1:
        return ok("kubernetes", f"{running}: the next apply makes it {asked}, nodes and add-ons with it")
    if steps < 0:
        found = f"{running} runs and git asks for {asked}: EKS refuses every apply, for there is no way back"
        return wrong("kubernetes", found, f'set kubernetes_version = "{running}" in the tfvars of the environment')
    one = f"{running.partition('.')[0]}.{int(running.partition('.')[2]) + 1}"
    found = f"{running} runs and git asks for {asked}: EKS takes one minor version at a time"
    return wrong("kubernetes", found, f'set kubernetes_version = "{one}" first: {_GUIDE}')


def _support(where: Account) -> Finding:
    version = _running(where) or wanted(where.environment)
    (said,) = where.client("eks").describe_cluster_versions(clusterVersions=[version])["clusterVersions"]
    end = said["endOfStandardSupportDate"].astimezone(UTC)
    if end - datetime.now(UTC) < _SOON:
        found = f"{version} until {end:%Y-%m-%d}; then EKS upgrades the cluster by itself, at an hour of its own"
        return warning("support of kubernetes", found, f"upgrade before: {_GUIDE}")
    return ok("support of kubernetes", f"{version} until {end:%Y-%m-%d}")
