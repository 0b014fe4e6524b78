"""A repository, an object store and a data set for the data pipeline to work on: all of them real, and small."""

import json
import os
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from plumbline.testing.repository import ROOT, run
from plumbline.tests.ingest.conftest import SHOP, rows

BUCKET = "versions"
EXTRACT = {
    "connection": "shop.tsv",
    "dataset": "shop",
    "table": "shop",
    "query": "select * from shop where year <= $last_year",
    "parameters": {"last_year": 2020},
    "training": "data/raw/training.tsv",
    "evaluation": "data/raw/evaluation.tsv",
    "evaluation_percent": 20,
    "salt": "s",
}


@dataclass(frozen=True)
class World:
    """Where a test's run of the data pipeline takes place.

    Attributes:
        root: Folder of everything.
        environment: Variables of the runs.
    """

    root: Path
    environment: dict[str, str] = field(default_factory=dict)

    @property
    def checkout(self) -> Path:
        """The code's parameters and contract, where the pipeline runs."""
        return self.root / "checkout"

    @property
    def origin(self) -> Path:
        """The bare repository."""
        return self.root / "origin.git"

    def dataset(self, count: int, name: str = "shop.tsv", **changes: object) -> Path:
        """Write a data set of `count` rows, with whole columns changed."""
        path = self.root / name
        rows(count).assign(**changes).to_csv(path, sep="\t", index=False)
        return path

    def command(self, step: str, dataset: object = "", work: str = "work", repo: object = None) -> list[str]:
        """The command line of a step."""
        command = [sys.executable, "-m", "plumbline.ingest.pipeline", step, "--work", str(self.root / work)]
        return [*command, "--dataset-url", str(dataset), "--repo-url", str(self.origin if repo is None else repo)]

    def run(self, step: str, dataset: object = "", check: bool = True, **more: Any) -> subprocess.CompletedProcess[str]:
        """Run a step to its end."""
        return self.execute(self.command(step, dataset, **more), check=check)

    def execute(self, command: list[str], check: bool = True) -> subprocess.CompletedProcess[str]:
        """Run a command as the pipeline's own are run."""
        done = subprocess.run(
            command, cwd=self.checkout, env=self.variables(), capture_output=True, text=True, check=False
        )
        assert not check or done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"
        return done

    def variables(self) -> dict[str, str]:
        """The environment of a run: nothing of the machine's settings and credentials."""
        known = {key: os.environ[key] for key in ("PATH", "TMPDIR", "LANG") if key in os.environ}
        fixed = {"HOME": str(self.root), "PYTHONPATH": str(ROOT), "GIT_CONFIG_NOSYSTEM": "1", "DVC_NO_ANALYTICS": "1"}
        return known | fixed | self.environment

    def git(self, *arguments: str) -> str:
        """Ask the bare repository."""
        return run(self.origin, "git", *arguments).stdout

    def commits(self) -> list[str]:
        """The subjects of the commits, the newest first."""
        return self.git("log", "--format=%s", "main").splitlines()

    def record(self, name: str = "training") -> dict[str, Any]:
        """What the newest `.dvc` file says."""
        content: dict[str, Any] = yaml.safe_load(self.git("show", f"main:data/raw/{name}.tsv.dvc"))
        return content

    def pulled(self, name: str = "clone-of-another") -> Path:
        """Clone the repository and pull its data, as another user does."""
        clone = self.root / name
        self.execute(["git", "clone", "--quiet", str(self.origin), str(clone)])
        self.execute([sys.executable, "-m", "dvc", "--cd", str(clone), "pull", "--quiet"])
        return clone


def build(root: Path, environment: dict[str, str], dvc: bool = True) -> World:
    """Make the repository, with DVC configured or not, and the checkout that runs the pipeline."""
    world = World(root, environment)
    (world.checkout / "data").mkdir(parents=True)
    (world.checkout / "data/params.yaml").write_text(yaml.safe_dump({"extract": EXTRACT}))
    contract = json.loads(SHOP.model_dump_json(exclude_unset=True))
    (world.checkout / "data/contract.yaml").write_text(yaml.safe_dump(contract))
    run(world.checkout, "git", "init", "--quiet", "--initial-branch", "main")
    if dvc:
        run(world.checkout, "dvc", "init", "--quiet")
    run(world.checkout, "git", "add", "--all")
    author = ("-c", "user.name=Tester", "-c", "user.email=tester@example.com")
    run(world.checkout, "git", *author, "commit", "--quiet", "--message", "Start")
    run(root, "git", "clone", "--quiet", "--bare", str(world.checkout), str(world.origin))
    return world
