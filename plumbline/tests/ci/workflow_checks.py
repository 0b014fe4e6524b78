"""What must hold of every workflow: each check takes the folder of a repository and gives the faults that it finds."""

import json
import re
import shlex
import shutil
from collections.abc import Iterator
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from plumbline.ci import preflight
from plumbline.ci.routing import patterns
from plumbline.testing import words
from plumbline.testing.repository import ROOT

GATE = "pr-gate.yml"
APPROVAL = 30  # days after which GitHub gives up on a job that waits for reviewers
DOC = "docs/workflows.md"
_WRITE_THE_LEDGER = ("plumb model official", "plumb release policy", "plumb ci deploy ", "plumb deploy verify ")
_COMMIT = re.compile(r"uses: [\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$")
_WORD = r"(?:[\w@./:,=^+-]+|\"[\w@./:,= $-]*\")"
_STEP = re.compile(rf"(?:make|plumb|dvc|aws|realpath) {_WORD}(?: {_WORD})*(?: >> \"\$GITHUB_PATH\")?")
_CONTEXT = re.compile(r"\b(?:secrets|vars)\.([A-Z][A-Z0-9_]*)")


def files(root: Path) -> list[Path]:
    return sorted([*root.glob(".github/workflows/*.yml"), *root.glob(".github/actions/*/action.yml")])


def load(path: Path) -> Any:
    return YAML(typ="safe", pure=True).load(path.read_text())


def jobs(root: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    for path in sorted(root.glob(".github/workflows/*.yml")):
        for name, job in load(path)["jobs"].items():
            yield f"{path.name}, job {name}", job


def steps(root: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    for where, job in jobs(root):
        yield from ((where, step) for step in job.get("steps", []))
    for path in sorted(root.glob(".github/actions/*/action.yml")):
        yield from ((f"action {path.parent.name}", step) for step in load(path)["runs"]["steps"])


def actions_that_are_not_pinned(root: Path) -> list[str]:
    """By a commit's whole hash, with the version in a comment; Dependabot keeps both up to date."""
    lines = [(path.name, line.strip("- ")) for path in files(root) for line in path.read_text().splitlines()]
    uses = [(name, line) for name, line in lines if line.startswith("uses:") and not line.startswith("uses: ./")]
    return [
        f"{name}: `{line}` is not pinned by a commit with its version" for name, line in uses if not _COMMIT.match(line)
    ]


def actions_that_the_documented_settings_refuse(root: Path) -> list[str]:
    """GitHub starts no job of a workflow that uses an action which is not allowed."""
    (sentence,) = re.findall(r"^Actions: allow those of GitHub, .+?, require", (root / DOC).read_text(), re.M | re.S)
    allowed = {"actions", "github", *re.findall(r"`([\w-]+)`", sentence)}
    owners = {re.split("[ /]", step["uses"])[0] for _, step in steps(root) if not step.get("uses", ".").startswith(".")}
    return [f"{DOC} does not allow the actions of {owner}" for owner in sorted(owners - allowed)]


def jobs_without_a_timeout(root: Path) -> list[str]:
    return [
        f"{where} has no timeout" for where, job in jobs(root) if "uses" not in job and "timeout-minutes" not in job
    ]


def jobs_the_gate_does_not_need(root: Path) -> list[str]:
    """Jobs that come after the gate are no part of it."""
    known = load(root / ".github/workflows" / GATE)["jobs"]
    needed = {*known["gate"]["needs"], "gate"}
    return [
        f"the gate does not need {name}"
        for name, job in known.items()
        if name not in needed and "gate" not in job.get("needs", [])
    ]


def steps_that_are_no_command(root: Path) -> list[str]:
    """One command that runs the same on a laptop; its arguments are literal, or variables of the step in quotes."""
    found = []
    for where, step in steps(root):
        run = step.get("run", "").strip()
        if not run:
            continue
        if not _STEP.fullmatch(run):
            found.append(f"{where}: `{run}` is not one command with literal arguments or quoted variables")
        elif run.startswith("make "):
            named = [word for word in run.split()[1:] if re.fullmatch(r"[a-z][a-z-]*", word)]
            found += [f"{where}: there is no make target {name}" for name in named if name not in words.targets()]
        elif run.startswith("plumb ") and (fault := words.fault(shlex.split(run)[1:])):
            found.append(f"{where}: `{run}`: {fault}")
    return found


def variables_that_are_not_set(root: Path) -> list[str]:
    """What a command takes from the environment stands in the step's or the job's `env`, or is GitHub's own."""
    places = [(where, step, job.get("env", {})) for where, job in jobs(root) for step in job.get("steps", [])]
    for path in sorted(root.glob(".github/actions/*/action.yml")):
        places += [(f"action {path.parent.name}", step, {}) for step in load(path)["runs"]["steps"]]
    return [
        f"{where}: `{step['run'].strip()}` takes {name}, which its env does not set"
        for where, step, env in places
        for name in re.findall(r"\$([A-Z][A-Z0-9_]*)", step.get("run", ""))
        if name not in env | step.get("env", {}) and not name.startswith("GITHUB_")
    ]


def local_files_that_do_not_exist(root: Path) -> list[str]:
    used = [(where, thing.get("uses", "")) for where, thing in [*jobs(root), *steps(root)]]
    local = [(where, uses) for where, uses in used if uses.startswith("./")]
    return [
        f"{where}: {uses} does not exist"
        for where, uses in local
        if not any((root / uses / name).is_file() for name in ("", "action.yml"))
    ]


def paths_that_match_nothing(root: Path, tracked: list[str]) -> list[str]:
    """Also the workflow's own file and the actions that it uses must be among its paths."""
    found = []
    for path in sorted(root.glob(".github/workflows/*.yml")):
        content = load(path)
        listed = ((content["on"] or {}).get("push") or {}).get("paths")
        if listed is None:
            continue
        positive = [one for one in listed if not one.startswith("!")]
        found += [
            f"{path.name}: no file matches {one}"
            for one in positive
            if not any(patterns.selected_by([one], file) for file in tracked)
        ]
        uses = [step.get("uses", "") for job in content["jobs"].values() for step in job.get("steps", [])]
        own = {f"{one.removeprefix('./')}/action.yml" for one in uses if one.startswith("./")}
        own.add(path.relative_to(root).as_posix())
        found += [
            f"{path.name}: {one} is not among its paths" for one in sorted(own) if not patterns.selected_by(listed, one)
        ]
    return found


def images_that_are_not_built(root: Path) -> list[str]:
    """Every Dockerfile of a service, and the training pipeline's, is built by one of the callers."""
    wanted = {path.parent.name for path in ROOT.glob("services/*/Dockerfile")} | {"pipeline"}
    calls = [job["with"]["images"] for _, job in jobs(root) if job.get("uses", "").endswith("/images.yml")]
    built = [name for call in calls for name in json.loads(call)]
    return [f"no workflow builds the image {name}" for name in sorted(wanted - set(built))] + [
        f"two workflows build the image {name}" for name in sorted(set(built)) if built.count(name) > 1
    ]


def parts_of_an_image_that_do_not_build_it(root: Path, tracked: list[str]) -> list[str]:
    """What `.dockerignore` lets into the build context of the training pipeline's image starts its workflow."""
    lines = (ROOT / ".dockerignore").read_text().splitlines()
    allowed = [line[1:] for line in lines if line.startswith("!") and "tests" not in line and line != "!services"]
    paths = load(root / ".github/workflows/image-pipeline.yml")["on"]["push"]["paths"]
    held = [name for name in tracked if any(name == one or name.startswith(f"{one}/") for one in allowed)]
    return [
        f"image-pipeline.yml: {name} is in the image, and a change of it does not build it"
        for name in [*held, "model/Dockerfile", ".dockerignore"]
        if not patterns.selected_by(paths, name) and not re.search(r"(^|/)tests/|\.md$", name)
    ]


def secrets_that_are_not_documented(root: Path) -> list[str]:
    """And documented ones that nothing uses, and those that the preflight takes and no workflow gives."""
    used = {name for path in files(root) for name in _CONTEXT.findall(path.read_text())}
    documented = set(re.findall(r"^\| `([A-Z][A-Z0-9_]+)`", (root / DOC).read_text(), re.MULTILINE))
    taken = preflight.names(preflight.read(root / "plumbline/ci/preflight.toml"))
    return [
        *(f"{DOC} does not say what {name} is" for name in sorted(used - documented)),
        *(f"{DOC} names {name}, which no workflow uses" for name in sorted(documented - used)),
        *(f"plumbline/ci/preflight.toml names {name}, which no workflow uses" for name in sorted(taken - used)),
    ]


def settings_that_are_no_secret_too(root: Path) -> list[str]:
    """A setting that some keep as a secret is taken from both wherever it is taken; who takes it hands it on, too."""
    found = []
    for path in files(root):
        text = path.read_text()
        for name in preflight.EITHER:
            both = f"vars.{name} || secrets.{name}"
            if text.count(f"vars.{name}") != text.count(both):
                found.append(f"{path.name}: say `{both}` wherever {name} is taken")
    declared = {path.name: load(path)["on"].get("workflow_call") or {} for path in root.glob(".github/workflows/*.yml")}
    for where, job in jobs(root):
        wanted = declared.get(job.get("uses", "").rpartition("/")[2], {}).get("secrets", {})
        given = job.get("secrets", {})
        taken = (root / ".github/workflows" / where.partition(",")[0]).read_text()
        found += [
            f"{where} does not give {name} to the call"
            for name in preflight.EITHER
            if name in wanted and f"vars.{name}" in taken and given.get(name) != f"${{{{ secrets.{name} }}}}"
        ]
    for path in root.glob(".github/workflows/*.yml"):
        text, secrets = path.read_text(), declared[path.name].get("secrets", {})
        called = "workflow_call" in load(path)["on"]
        unknown = [name for name in preflight.EITHER if f"secrets.{name}" in text and called and name not in secrets]
        found += [f"{path.name}: on.workflow_call does not declare {name}" for name in unknown]
    return sorted(found)


def grants_without_a_reason(root: Path) -> list[str]:
    found = []
    for path in sorted(root.glob(".github/workflows/*.yml")):
        if load(path).get("permissions") != {"contents": "read"}:
            found.append(f"{path.name}: the permissions at the top are not `contents: read` alone")
        lines = [line.strip() for line in path.read_text().splitlines()]
        found += [f"{path.name}: `{line}` has no reason" for line in lines if re.fullmatch(r"[a-z-]+: write", line)]
    return found


def calls_that_grant_too_little(root: Path) -> list[str]:
    """GitHub refuses to start a workflow whose called jobs ask for more than the call grants."""
    found = []
    for where, job in jobs(root):
        called = job.get("uses")
        if not called:
            continue
        granted = job.get("permissions", {"contents": "read"})
        for name, inner in load(root / called)["jobs"].items():
            for scope, level in inner.get("permissions", {"contents": "read"}).items():
                if granted.get(scope) not in (level, "write"):
                    found.append(
                        f"{where} does not grant `{scope}: {level}`, which {name} of {Path(called).name} asks for"
                    )
    return found


def checkouts_that_keep_the_token(root: Path) -> list[str]:
    return [
        f"{where}: actions/checkout without `persist-credentials: false`"
        for where, step in steps(root)
        if fnmatch(step.get("uses", ""), "actions/checkout@*")
        and step.get("with", {}).get("persist-credentials") is not False
    ]


def groups_that_lose_a_run(root: Path) -> list[str]:
    """Of those that wait for a group GitHub keeps the newest: only a pull request's older run may be lost."""
    found = [f"{where}: `concurrency` cancels what waits" for where, job in jobs(root) if "concurrency" in job]
    for path in sorted(root.glob(".github/workflows/*.yml")):
        group = load(path).get("concurrency")
        if path.name == GATE and group != {"group": "pr-gate-${{ github.ref }}", "cancel-in-progress": True}:
            found.append(f"{path.name}: a push to a pull request does not cancel the run of the one before")
        elif path.name != GATE and group:
            found.append(f"{path.name}: `concurrency` cancels what waits")
    return found


def ledgers_of_one_machine(root: Path) -> list[str]:
    """A runner is gone after its job: who writes to the ledger names the one that is shared, and may push it."""
    found = []
    for where, job in jobs(root):
        runs = [step.get("run", "") for step in job.get("steps", [])]
        if not any(run.startswith(_WRITE_THE_LEDGER) and " --like " not in run for run in runs):
            continue
        if job.get("env", {}).get("PLUMBLINE_LEDGER") != "branch:ledger":
            found.append(f"{where}: what it writes to the ledger is lost with the runner")
        if job.get("permissions", {}).get("contents") != "write":
            found.append(f"{where}: it may not push the branch of the ledger")
    return found


def artifacts_that_expire_before_an_approval(root: Path) -> list[str]:
    """A job may wait 30 days for its environment's reviewers; what it downloads has to be there then."""
    known = {}
    for _, job in jobs(root):
        for step in job.get("steps", []):
            if step.get("uses", "").startswith("actions/upload-artifact@"):
                known[step["with"]["name"].partition("$")[0]] = str(step["with"].get("retention-days", "90"))
    found = []
    for where, job in jobs(root):
        if "environment" not in job:
            continue
        for step in job["steps"]:
            if step.get("uses", "").startswith("actions/download-artifact@"):
                name = step["with"].get("name", step["with"].get("pattern", "")).rstrip("*")
                days = re.findall(r"\d+", known.get(name, "0"))
                if int(days[0]) <= APPROVAL:
                    found.append(f"{where}: the artifact {name} is gone when it is approved after {APPROVAL} days")
    return found


def copy(target: Path) -> Path:
    """Copy what the checks look at."""
    shutil.copytree(ROOT / ".github", target / ".github")
    for name in (DOC, "plumbline/ci/preflight.toml"):
        (target / name).parent.mkdir(parents=True)
        shutil.copy(ROOT / name, target / name)
    return target
