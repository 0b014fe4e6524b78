"""Wait until a cluster runs what an environment's overlay names, ask it, and say what is wrong if it does not."""

import os
import tempfile
import time
from pathlib import Path

from rich.console import Console
from rich.table import Table

from plumbline import tracking
from plumbline.bundle.files import GOLDEN
from plumbline.deploy import commits, deployment, diagnosis, promotion, served
from plumbline.deploy.cluster import Cluster
from plumbline.deploy.diagnosis import Finding, Snapshot
from plumbline.deploy.overlay import Overlay
from plumbline.kernel import git, log
from plumbline.kernel.config import settings
from plumbline.kernel.errors import PlumblineError
from plumbline.registry import actor, store
from plumbline.registry.ledger import Fact
from plumbline.registry.registry import Registry, open_registry

_PAUSE = 2.0  # seconds between two looks
_GRACE = 20.0  # seconds for which a final finding must hold: Argo CD and the controllers need a moment


def wait(cluster: Cluster, where: Overlay, application: str, seconds: float) -> list[Finding]:
    """Look until everything that the overlay names runs, or it is certain that it will not.

    Returns:
        What is wrong; nothing if all is well.
    """
    end, since = time.monotonic() + seconds, None
    causes: dict[Finding, None] = {}  # the pods that showed them are gone once the cluster has given up
    while True:
        seen = cluster.snapshot(application)
        missing = unfinished(seen, where)
        if not missing:
            return []
        found, now = diagnosis.diagnose(seen), time.monotonic()
        causes |= {finding: None for finding in found if finding.problem in diagnosis.CAUSES}
        # Before Argo CD is at this overlay, what is final is the end of the deployment before.
        final = any(finding.final for finding in found) and not coming(seen, where)
        since = (since or now) if final else None
        if since and now - since > _GRACE:
            return list(dict.fromkeys([*found, *causes]))
        if now > end:
            late = Finding("time", where.environment, missing, "look again: plumb deploy verify")
            return [late, *dict.fromkeys([*found, *causes])]
        time.sleep(_PAUSE)


def coming(seen: Snapshot, where: Overlay) -> str:
    """Say what keeps Argo CD from being at this overlay; "" if it is."""
    status = (seen.application or {}).get("status", {})
    revision = status.get("sync", {}).get("revision", "")
    if status.get("sync", {}).get("status") != "Synced" or not revision:
        return "Argo CD has not synchronized yet"
    if commits.changed_since(revision, where):
        return f"Argo CD is at {revision[:12]}, whose overlay is another one: was this commit pushed?"
    return ""


def unfinished(seen: Snapshot, where: Overlay) -> str:
    """Say what is still on its way; "" if nothing is."""
    if missing := coming(seen, where):
        return missing
    status = (seen.application or {}).get("status", {})
    if status.get("health", {}).get("status") != "Healthy":
        return f"Argo CD says {status.get('health', {}).get('status')}"
    for rollout in seen.rollouts:
        if rollout.get("status", {}).get("phase") != "Healthy":
            return f"Rollout {rollout['metadata']['name']}: {rollout.get('status', {}).get('message', 'is on its way')}"
    return ""


def record(registry: Registry, where: Overlay, findings: list[Finding]) -> None:
    """Tell the ledger that the cluster took a deployment back, once."""
    why = "; ".join(
        finding.what for finding in findings if finding.final and finding.problem in {"analysis", "rollout"}
    )
    if not why:
        return
    version = registry.version(deployment.find(registry, where.bundle().sha256))
    reason = f"{(git.state().commit or '')[:12]}: {why}"[:500]
    fact = Fact(
        event="deployment-aborted",
        actor=actor.current(),
        model=registry.model,
        version=str(version.version),
        bundle_sha256=version.tags.get("bundle_sha256"),
        git_commit=version.tags.get("git_commit"),
        environment=where.environment,
        reason=reason,
    )
    registry.ledger.once(fact, "event", "reason")


def _show(findings: list[Finding]) -> None:
    table = Table("problem", "where", "what", "what to do", title="What is wrong", show_lines=True)
    for finding in findings:
        table.add_row(finding.problem, finding.where, finding.what, finding.remedy)
    Console(width=int(os.environ.get("COLUMNS", "140"))).print(table)


@tracking.explained
def main(environment: str, /, *, timeout: float = 1200, application: str = "") -> None:
    """Wait until the cluster runs what the overlay of an environment names, and say what is wrong if it does not.

    Args:
        environment: Such as staging.
        timeout: Seconds to wait.
        application: Argo CD's; plumbline-ENVIRONMENT by default.

    Raises:
        PlumblineError: It does not run that, or answers otherwise than the bundle.
    """
    where = Overlay(environment)
    application = application or f"plumbline-{environment}"
    cluster = Cluster(f"plumbline-{environment}")
    registry = open_registry()
    findings = wait(cluster, where, application, timeout)
    seen = cluster.snapshot(application)
    if not findings:
        described = served.pods(cluster, seen)
        findings = served.compare(described, where)
    if findings:
        _show(findings)
        record(registry, where, findings)
        raise PlumblineError(f"{environment} does not run what its overlay names")
    model = next(iter(described.values()))
    lineage = {"bundle": model["model"]["bundle_sha256"], "git_commit": model.get("release", {}).get("git_commit")}
    key = settings().api_key
    if key:
        with tempfile.TemporaryDirectory() as folder:
            bundle = registry.folder(where.bundle().sha256)
            if not (bundle / GOLDEN).is_file():  # it was released elsewhere
                bundle = Path(folder) / where.bundle().sha256
                store.fetch(where.bundle().uri, GOLDEN, bundle / GOLDEN)
            answer = served.price(cluster, seen, bundle, key)
        version = registry.version(deployment.find(registry, where.bundle().sha256))
        served.check_lineage(answer, version.tags["git_commit"])
        lineage |= {"price": answer["prediction"], "lineage": answer["lineage"]["git_commit"]}
    deployment.confirm(registry, where, actor.current())
    promotion.record(registry, where, actor.current())
    log.get("verify-deploy").info(
        "runs what its overlay names",
        environment=environment,
        pods=len(described),
        **lineage,
        **({} if key else {"not_priced": "PLUMBLINE_API_KEY is not set"}),
    )
