"""The steps of the week: who does what, when they are killed, and what must be true in the end."""

import json
import re
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from mlflow import MlflowClient

from plumbline.kernel.config import read_yaml
from plumbline.testing.repository import plant
from tests.acceptance.everyday.world import Clone, World
from tests.acceptance.week.shared import BUCKET, Shared

_TEAM = Path("model/configs/team.yaml")
_KEYS = Path("infrastructure/kubernetes/overlays/staging/signing.pub.pem")
# Small enough to train in seconds; each is clearly better than the one before, on the rows of one more year, too.
_MODEST, _BETTER, _BEST = {"max_iter": 120, "learning_rate": 0.1}, {"max_iter": 200}, {"max_iter": 400}

# Of main, the newest first.
_COMMITS = ("Train on one more year", "Version the raw data", "Train a better model", "Share models, keys and ledger")


@dataclass(frozen=True)
class Step:
    """A command that is killed, each time when one of `moments` has changed, and then runs to its end.

    Attributes:
        name: What is done.
        who: In which clone.
        command: By which command.
        moments: What the command changes, one after the other.
        after: What is run in order after it was killed, before it is repeated, as docs/team-setup.md says.
    """

    name: str
    who: str
    command: tuple[str, ...]
    moments: tuple[Callable[[], object], ...] = ()
    after: tuple[tuple[str, ...], ...] = ()

    def killed(self, clone: Clone, moment: Callable[[], object], variables: dict[str, str]) -> bool:
        """Kill the command once a moment has come, unless it had ended before; tell whether it was killed."""
        was = clone.killed(moment, *self.command, **variables)
        if was:
            for words in self.after:
                clone.run(*words)
        return was


class Team:
    """Three clones, and what they share."""

    def __init__(self, world: World, shared: Shared) -> None:
        self.shared = shared
        self._variables = {
            "developer": {"PLUMBLINE_ACTOR": "human:dora"},
            "ci": {
                "PLUMBLINE_ACTOR": "automation:ci",
                "PLUMBLINE_SIGNING_KEY": str(shared.key),
                "DVC_REMOTE_URL": f"s3://{BUCKET}/dvc",
            },
            "operator": {"PLUMBLINE_ACTOR": "human:otto"},
        }
        developer = world.built()
        self.model = read_yaml(developer.root / "model/params.yaml")["bundle"]["model"]
        self.clones = {"developer": developer}
        developer.run("git", "init", "--quiet", "--bare", "--initial-branch", "main", str(shared.origin))
        developer.run("git", "remote", "add", "origin", str(shared.origin))
        self._share()
        for who in ("ci", "operator"):
            self.clones[who] = world.cloned(shared.origin)

    def run(self, who: str, *command: str) -> str:
        """Let somebody run a command."""
        return self.clones[who].run(*command, **self.variables(who))

    def at_once(self, commands: dict[str, tuple[str, ...]]) -> None:
        """Let several act at the same moment."""
        with ThreadPoolExecutor() as pool:
            list(pool.map(lambda who: self.run(who, *commands[who]), commands))

    def variables(self, who: str) -> dict[str, str]:
        """Give somebody's environment."""
        return self.shared.variables | self._variables[who]

    def file(self, who: str, name: str) -> Callable[[], object]:
        """Watch a file of a clone."""
        path = self.clones[who].root / name
        return lambda: path.stat().st_mtime_ns if path.exists() else None

    def versions(self) -> list[str]:
        """Watch the versions that MLflow has."""
        found = MlflowClient(self.shared.mlflow).search_model_versions(f"name = '{self.model}'")
        return sorted(str(version.version) for version in found)

    def aliases(self) -> dict[str, str]:
        """Give the version of each alias."""
        found = MlflowClient(self.shared.mlflow).get_registered_model(self.model)
        return {alias: str(version) for alias, version in found.aliases.items()}

    def _share(self) -> None:
        """From one clone to a team, as docs/team-setup.md says."""
        clone, run = self.clones["developer"], lambda *words: self.run("developer", *words)
        (clone.root / _KEYS).unlink()
        (clone.root / _TEAM).write_text(
            f"store: s3://{BUCKET}/models\npublic_key: {_KEYS}\nledger: branch:ledger\n", encoding="utf-8"
        )
        run("plumb", "data", "remote", f"s3://{BUCKET}/dvc")
        run("plumb", "release", "keys", "--trust")
        (clone.root / ".plumbline/keys/signing.pem").rename(self.shared.key)
        self.train(_MODEST, "Share models, keys and ledger")
        run("dvc", "push", "--quiet")
        run("git", "push", "--quiet", "--set-upstream", "origin", "main")

    def edit(self, changes: dict[str, float]) -> None:
        """Change parameters of the estimator."""
        file = self.clones["developer"].root / "model/params.yaml"
        text = file.read_text(encoding="utf-8")
        for name, value in changes.items():
            text, count = re.subn(
                rf"(hist_gradient_boosting:(?s:.)*?\b{name}: )[\d.]+", rf"\g<1>{value}", text, count=1
            )
            assert count, name
        file.write_text(text, encoding="utf-8")

    def train(self, changes: dict[str, float], message: str) -> None:
        """Train and commit."""
        self.edit(changes)
        self.run("developer", "dvc", "repro", "--quiet")
        self.clones["developer"].commit(message)

    def branch(self) -> None:
        """A better model, on a branch."""
        self.run("developer", "git", "switch", "--quiet", "--create", "better")
        self.edit(_BETTER)

    def update(self) -> None:
        """Ask the warehouse for one more year, on main, and let the model learn for longer."""
        for words in (("fetch",), ("switch", "main"), ("merge", "--ff-only", "origin/main")):
            self.run("developer", "git", words[0], "--quiet", *words[1:])
        self.run("developer", "dvc", "checkout", "--quiet")
        self.run("developer", "plumb", "data", "warehouse")
        plant(self.clones["developer"].root, "data/params.yaml", "last_year: 2009", "last_year: 2010")
        self.edit(_BEST)

    def committed(self, message: str) -> None:
        """Commit and push what the developer has."""
        self.clones["developer"].commit(message)
        self.run("developer", "dvc", "push", "--quiet")
        self.run("developer", "git", "push", "--quiet", "origin", "HEAD")

    def tags(self) -> str:
        """Watch the tags of the official builds that git's origin has."""
        return self.run("ci", "git", "ls-remote", "--tags", "origin", "model/*")

    def check(self) -> None:
        """Nothing is lost, doubled or untrue: the registry, the ledger, the store, DVC's remote, git."""
        self._check_registry()
        self._check_store()
        self._check_git()
        for who in self.clones:
            self.run(who, "plumb", "release", "shared")

    def _check_registry(self) -> None:
        told = json.loads(self.run("operator", "plumb", "release", "history", "--json"))
        counted = Counter((entry["event"], entry.get("version")) for entry in told if entry["event"] != "judged")
        expected = [("registered", n) for n in "123"] + [("promoted", n) for n in "1223"]
        assert counted == Counter([*expected, ("rolled-back", "1"), ("hold-released", None)]), counted
        assert self.versions() == ["1", "2", "3"]
        assert self.aliases() == {"champion": "3", "previous": "2"}, self.aliases()
        self.run("ci", "plumb", "release", "verify")
        for version in "123":
            self.run("operator", "plumb", "release", "lineage", "--version", version)

    def _check_store(self) -> None:
        found = MlflowClient(self.shared.mlflow).search_model_versions(f"name = '{self.model}'")
        bundles = {version.tags["bundle_sha256"] for version in found}
        assert len(bundles) == len(found), "two versions are of one bundle"
        objects = self.shared.objects("models/")
        assert {name.split("/")[-2] for name in objects} == bundles, objects
        self.run("ci", "plumb", "data", "check")

    def _check_git(self) -> None:
        subjects = self.run("ci", "git", "log", "--format=%s", "origin/main").splitlines()
        assert subjects[: len(_COMMITS)] == list(_COMMITS), subjects
        tagged = [tag.split("/v")[-1] for tag in self.tags().splitlines() if not tag.endswith("^{}")]
        assert sorted(tagged) == ["1", "2", "3"], tagged
        heads = self.run("ci", "git", "ls-remote", "--heads", "origin").splitlines()
        assert sorted(head.split("refs/heads/")[-1] for head in heads) == ["better", "ledger", "main"], heads
