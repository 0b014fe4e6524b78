"""Push a change of each folder to a copy of the clone, and run its workflow here."""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from rich.console import Console
from rich.table import Table

from plumbline.kernel import git
from plumbline.proof import worktree
from plumbline.testing.repository import ROOT
from tests.acceptance.act import runner

# A file of each folder, and the workflow that a push of its change runs; ci.yml runs for every push.
CHANGES = {
    "service-pipeline.yml": "services/api/app/main.py",
    "data-pipeline.yml": "data/src/preprocess.py",
    "model-pipeline.yml": "model/housing_models.py",
    "main.yml": "compose.yaml",
    "docs-pipeline.yml": "README.md",
    "ci.yml": "README.md",
}
# The images need BuildKit; `plumb images smoke` stands for their jobs where there is podman alone.
LAST_JOB = {"service-pipeline.yml": ["--job", "chaos"]}


def _git(root: Path, *arguments: str) -> str:
    return subprocess.run(["git", "-C", str(root), *arguments], check=True, capture_output=True, text=True).stdout


def _commit(root: Path, name: str) -> dict[str, object]:
    before = _git(root, "rev-parse", "HEAD").strip()
    with (root / name).open("a", encoding="utf-8") as file:
        file.write("\n<!-- changed -->\n" if name.endswith(".md") else "\n# Changed.\n")
    _git(root, "commit", "--quiet", "--all", "-m", f"change {name}")
    after = _git(root, "rev-parse", "HEAD").strip()
    return {"ref": "refs/heads/main", "before": before, "after": after, "repository": {"default_branch": "main"}}


def main() -> int:
    """Run the workflows and print what came of each job; 1 if one failed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tests", help="let pytest run only the tests whose names match this expression")
    parser.add_argument("--python", nargs="*", default=[], help="only these of the versions of Python")
    parser.add_argument("--workflow", choices=CHANGES, nargs="*", default=list(CHANGES))
    arguments = parser.parse_args()
    git.forget_hook()
    os.environ |= git.apart("act")
    if reason := runner.missing():
        sys.exit(f"error: {reason}")
    environment = {"PATH": os.environ["PATH"].replace(f"{ROOT}/.venv/bin:", "")}
    if arguments.tests:
        environment["PYTEST_ADDOPTS"] = f"-k {arguments.tests}"
    options = [word for version in arguments.python for word in ("--matrix", f"python:{version}")]
    console, failed = Console(width=120), False
    table = Table("workflow", "changed", "job", "result", "seconds", title="Workflows, run here")
    for workflow in arguments.workflow:
        folder = Path(tempfile.mkdtemp(prefix="plumbline-act-"))
        try:
            clone = worktree.copy(ROOT, folder / "clone")
            _git(clone, "add", "--all")
            _git(clone, "commit", "--quiet", "-m", "base")
            push = _commit(clone, CHANGES[workflow])
            chosen = [*options, *LAST_JOB.get(workflow, [])]
            done = runner.act(clone, "push", push, workflow, folder, chosen, environment)
        finally:
            shutil.rmtree(folder)
        failed |= not done.succeeded
        for job, result in done.jobs.items():
            table.add_row(workflow, CHANGES[workflow], job, result, f"{done.seconds.get(job, 0):.0f}")
        if not done.succeeded:
            console.print("\n".join(done.log[-80:]), markup=False, highlight=False)
    console.print(table)
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
