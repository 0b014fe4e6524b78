"""Promote what was registered last if the policy says so, and report why, or why not."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from plumbline import tracking
from plumbline.judge import gate, report
from plumbline.kernel import git, github, jsonfile, log
from plumbline.kernel.config import Strict, parse, read_yaml
from plumbline.kernel.errors import PlumblineError
from plumbline.registry import actor
from plumbline.registry.registry import Registry, open_registry

CONFIG = Path("model/configs/promotion.yaml")
OUTPUT = Path("reports/promotion.md")
_RELEASE = Path(".plumbline/release.json")


class Policy(Strict):
    """The content of model/configs/promotion.yaml."""

    promote: Literal["auto", "manual"]


@dataclass(frozen=True)
class Outcome:
    """What became of a registered version.

    Attributes:
        promoted: Whether it has become champion just now.
        reason: Why, or why not.
    """

    promoted: bool
    reason: str


def apply(policy: Policy, registry: Registry, version: str, who: str) -> Outcome:
    """Promote a version if the policy and the registry let it.

    Args:
        policy: What automation may do.
        registry: Of the model.
        version: The registered version.
        who: Who acts, `automation:NAME` or `human:NAME`.
    """
    if policy.promote == "manual":
        return Outcome(False, f"The policy is manual: a person runs `plumb release promote {version}`.")
    try:
        entry = registry.promote(version, who, reason="policy: auto")
    except PlumblineError as error:
        return Outcome(False, f"The registry refuses: {error}.")
    if entry is None:
        return Outcome(False, "It is champion already: neither the data nor the code that it comes from has changed.")
    before = f"It replaces version {entry.replaced}." if entry.replaced else "It is the first champion."
    return Outcome(True, f"The policy is auto, and the gate passed. {before}")


def describe(outcome: Outcome, release: dict[str, Any], judged: dict[str, Any] | None) -> str:
    """Write the report of an outcome, with the gate's figures if they are of the same bundle."""
    commit = git.described(release["git_commit"], release.get("git_dirty", False))
    verdict = "promoted" if outcome.promoted else "not promoted"
    lines = [
        f"## {release['model']} version {release['version']}: {verdict}",
        outcome.reason,
        f"Commit {commit}; bundle sha256 `{release['bundle_sha256']}`.",
    ]
    if judged and judged["bundle_sha256"] == release["bundle_sha256"]:
        lines += [f"### Gate: {judged['verdict']}", report.gate_table(judged)]
    return "\n\n".join(lines) + "\n"


@tracking.explained
def main() -> None:
    """Promote what `plumb model official` registered, if the policy lets it; report why not."""
    if not _RELEASE.exists():
        raise PlumblineError(
            f"{_RELEASE} does not exist: nothing was registered here, run `plumb model official` before"
        )
    release = jsonfile.read(_RELEASE)
    policy = parse(Policy, read_yaml(CONFIG), str(CONFIG))
    outcome = apply(policy, open_registry(), str(release["version"]), actor.current())
    OUTPUT.parent.mkdir(parents=True, exist_ok=True)
    judged = jsonfile.read(gate.OUTPUT) if gate.OUTPUT.exists() else None
    OUTPUT.write_text(describe(outcome, release, judged), encoding="utf-8")
    github.set_outputs(promoted="true" if outcome.promoted else "false", version=str(release["version"]))
    logger = log.get("promotion")
    logger.info("promoted" if outcome.promoted else "not promoted", version=release["version"], why=outcome.reason)
