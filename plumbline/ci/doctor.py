"""Compare the settings of the repository at GitHub with what the workflows stand on.

Source: https://docs.github.com/en/rest, sections "Actions", "Repository rules", "Deployment environments".
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from plumbline.ci import preflight
from plumbline.ci.github import Repository
from plumbline.ci.jobs.play import Files, read
from plumbline.ci.routing import report
from plumbline.kernel.errors import PlumblineError

_NAME = re.compile(r"\b(secrets|vars)\.([A-Z][A-Z0-9_]*)")
_KINDS = {"secrets": "secret", "vars": "variable"}
ANY_BRANCH = {"read"}  # environments that a pull request may use
GATE = "gate"


@dataclass(frozen=True)
class Finding:
    """What is not as it should be.

    Attributes:
        what: The setting.
        found: How it is, and what that means.
        mend: The command or the place that sets it.
        grave: Whether something may happen that must not, rather than something be skipped.
    """

    what: str
    found: str
    mend: str
    grave: bool = False


def examine(repository: Repository, files: Files) -> list[Finding]:
    """Ask for each setting; one that the token may not read is a finding, too."""
    checks: tuple[Callable[[Repository, Files], Iterator[Finding]], ...] = (_rules, _environments, _rights, _names)
    found = []
    for check in checks:
        try:
            found += list(check(repository, files))
        except PlumblineError as error:
            what = check.__name__.strip("_")
            found.append(
                Finding(what, f"cannot be read: {str(error).splitlines()[0]}", "give the token the right", True)
            )
    return found


def _rules(repository: Repository, _: Files) -> Iterator[Finding]:
    """The rules that hold for `main`, of whichever ruleset."""
    rules = {rule["type"]: rule.get("parameters", {}) for rule in repository.all("rules/branches/main")}
    where = "Settings → Rules, as docs/workflows.md lists them"
    for kind, meaning in {
        "pull_request": "whoever may write pushes to main without a review",
        "non_fast_forward": "history can be rewritten",
        "deletion": "the branch can be deleted",
    }.items():
        if kind not in rules:
            yield Finding(f"rule {kind} of main", meaning, where, grave=True)
    checks = [check["context"] for check in rules.get("required_status_checks", {}).get("required_status_checks", [])]
    if GATE not in checks:
        yield Finding(f"required check {GATE} of main", "a red pull request can be merged", where, grave=True)


def _environments(repository: Repository, files: Files) -> Iterator[Finding]:
    bodies = [job for content in files.values() for job in content["jobs"].values() if "environment" in job]
    named = [job["environment"] for job in bodies]
    wanted = {name if isinstance(name, str) else name["name"] for name in named}
    there = {one["name"]: one for one in repository.all("environments", "environments")}
    for name in sorted(wanted):
        if name not in there:
            mend = f"gh api --method PUT repos/{repository.name}/environments/{name}"
            yield Finding(
                f"environment {name}", "GitHub makes it at its first use, open to every branch", mend, grave=True
            )
        elif name not in ANY_BRANCH and not there[name].get("deployment_branch_policy"):
            mend = f"Settings → Environments → {name} → Deployment branches"
            yield Finding(f"branches of {name}", "a job of any branch may use it", mend, grave=True)


def _rights(repository: Repository, _: Files) -> Iterator[Finding]:
    if repository.request("GET", "actions/permissions/workflow").get("default_workflow_permissions") != "read":
        path = f"repos/{repository.name}/actions/permissions/workflow"
        mend = f"gh api --method PUT {path} -f default_workflow_permissions=read"
        yield Finding("rights of GITHUB_TOKEN", "a workflow that names none may write", mend, grave=True)
    actions = repository.request("GET", "actions/permissions")
    if not actions.get("enabled"):
        yield Finding("Actions", "no workflow runs", "Settings → Actions → General", grave=True)
    if not actions.get("sha_pinning_required"):
        yield Finding("pinned actions", "an action may be named by a tag, which moves", "Settings → Actions → General")


def _names(repository: Repository, files: Files) -> Iterator[Finding]:
    """Secrets and variables, by what a pipeline skips without them; a public repository needs no CODE_SECURITY."""
    kinds = {name: _KINDS[kind] for kind, name in _NAME.findall(str(files))}
    kinds |= dict.fromkeys(preflight.EITHER, "variable")
    there = {one["name"] for kind in ("secrets", "variables") for one in repository.all(f"actions/{kind}", kind)}
    there |= {"CODE_SECURITY"} if repository.request("GET", "")["visibility"] == "public" else set()
    environment = dict.fromkeys(there, "set")
    table = preflight.read()
    for pipeline in table:
        for capability in preflight.check(pipeline, environment, table):
            for missing in capability.missing:
                names = re.findall(r"[A-Z][A-Z0-9_]+", missing)
                mend = "; ".join(f"gh {kinds.get(name, 'variable')} set {name}" for name in names)
                yield Finding(f"{pipeline}.{capability.name}: {missing}", capability.without, mend)


def main() -> int:
    """Say which settings of the repository are missing, what that means, and how to set them.

    GITHUB_REPOSITORY names the repository; GITHUB_TOKEN reads its settings.

    Returns:
        1 if something may happen that must not.
    """
    found = examine(Repository.of_environment(), read(Path()))
    rows = [("must" if one.grave else "may", one.what, one.found, one.mend) for one in found]
    report.show(["", "missing", "so that", "mend it by"], rows, f"{len(found)} settings are missing")
    return int(any(one.grave for one in found))
