"""What must hold of every workflow: each check takes the folder of a repository and gives the faults that it finds."""

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
DOC = "docs/workflows.md"
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
    """Every Dockerfile of a service, and the training pipeline's."""
    wanted = {path.parent.name for path in ROOT.glob("services/*/Dockerfile")} | {"pipeline"}
    return [
        f"images.yml, job {name}: its matrix lacks {', '.join(lacking)}"
        for name, job in load(root / ".github/workflows/images.yml")["jobs"].items()
        if "strategy" in job and (lacking := sorted(wanted - set(job["strategy"]["matrix"]["image"])))
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


def concurrency_groups_that_collide(root: Path) -> list[str]:
    """A called workflow sees its caller's name as `github.workflow`: the same group twice would wait for itself."""
    found, seen = [], dict[str, str]()
    for path in sorted(root.glob(".github/workflows/*.yml")):
        group = load(path).get("concurrency", {}).get("group", "")
        literal = group.split("${{")[0]
        if not literal or "github.workflow" in group:
            found.append(f"{path.name}: the concurrency group `{group}` does not begin with a literal of its own")
        elif other := seen.setdefault(literal, path.name):
            found += [f"{path.name} has the concurrency group of {other}"] * (other != path.name)
    return found


def copy(target: Path) -> Path:
    """Copy what the checks look at."""
    shutil.copytree(ROOT / ".github", target / ".github")
    for name in (DOC, "plumbline/ci/preflight.toml"):
        (target / name).parent.mkdir(parents=True)
        shutil.copy(ROOT / name, target / name)
    return target
