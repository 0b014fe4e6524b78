"""Two clones: one plays the product, which releases, and one a team that stands on it."""

import subprocess
from pathlib import Path

import pytest

from plumbline.kernel import git
from plumbline.product import init

TOML = """\
[house]
name = "plumbline"
model = "toys"
owner = "OWNER"
repository = "REPOSITORY"
account = "plumbline"
region = "ap-south-1"

[cloud]
allowed_account_ids = []

[product]
version = "0.2.0"
upstream = ""
migrated = 0

[paths]
product = [".github/workflows/**", ".gitignore", "docs/**", "plumbline/**", "services/**"]
team = ["README.md", "data/**"]
seeded = [".github/CODEOWNERS", ".plumbline-release.json", "hooks.toml", "plumbline.toml"]
own = []

[[carriers]]
files = [".github/workflows/*.yml", "data/remote.yaml"]
text = "https://github.com/<owner>/<repository>/"

[[carriers]]
files = [".github/CODEOWNERS"]
text = "@<owner>/"
"""
SERVICE = "".join(f"line {number}\n" for number in range(1, 10))
FILES = {
    "plumbline.toml": TOML,
    ".gitignore": "__pycache__/\n*.made\n",
    ".github/CODEOWNERS": "* @OWNER/platform\n",
    ".github/workflows/ci.yml": "run: https://github.com/OWNER/REPOSITORY/blob\n",
    "services/api/main.py": SERVICE,
    "services/api/run": "#!/bin/sh\n",
    "docs/old.md": "old\n",
    "README.md": "The product\n",
    "data/params.yaml": "train:\n  seeds: 42\n",
    "data/remote.yaml": "url: https://github.com/OWNER/REPOSITORY/data\n",
}
MIGRATION = '''\
"""`seeds` is called `seed` now."""


def migrate(root):
    path = root / "data/params.yaml"
    path.write_text(path.read_text().replace("seeds:", "seed:"))
'''
VALUES = {"owner": "acme", "repository": "prices"}


class Clone:
    """A git repository with real commits."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def git(self, *arguments: str) -> str:
        command = ["git", "-C", str(self.root), "-c", "user.name=test", "-c", "user.email=test@example.com", *arguments]
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()

    def write(self, files: dict[str, str]) -> None:
        for path, text in files.items():
            (self.root / path).parent.mkdir(parents=True, exist_ok=True)
            (self.root / path).write_text(text)

    def read(self, path: str) -> str:
        return (self.root / path).read_text()

    def commit(self, message: str) -> None:
        self.git("add", "--all")
        self.git("commit", "--quiet", "--allow-empty", "--message", message)

    def edit(self, path: str, old: str, new: str) -> None:
        text = self.read(path)
        assert old in text
        self.write({path: text.replace(old, new)})

    def state(self) -> tuple[str, str, str, str]:
        """HEAD, index, what differs from them, and remotes and branches; all that an upgrade must leave alone."""
        refs = self.git("for-each-ref", "refs/heads", "refs/tags", "refs/remotes")
        return (
            self.git("rev-parse", "HEAD"),
            self.git("ls-files", "--stage"),
            self.git("status", "--porcelain"),
            refs + self.git("remote", "-v"),
        )


@pytest.fixture
def product(tmp_path: Path) -> Clone:
    """The product at 0.2.0."""
    clone = Clone(tmp_path / "product")
    subprocess.run(["git", "init", "--quiet", "--initial-branch", "main", str(clone.root)], check=True)
    clone.write(FILES)
    (clone.root / "services/api/run").chmod(0o755)
    clone.commit("Start")
    clone.git("tag", "v0.2.0")
    return clone


@pytest.fixture
def team(product: Clone, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Clone:
    """A house of its own, with edits of the team's in its files."""
    for variable, value in git.identity("test", "test@example.com").items():
        monkeypatch.setenv(variable, value)
    product.git("clone", "--quiet", str(product.root), str(tmp_path / "team"))
    clone = Clone(tmp_path / "team")
    init.init(clone.root, VALUES, str(product.root))
    clone.edit("data/params.yaml", "42", "7")
    clone.write({"README.md": "Our prices\n", "data/ours.py": "ours\n", ".github/CODEOWNERS": "* @acme/us\n"})
    clone.commit("Make it ours")
    return clone


@pytest.fixture
def released(product: Clone, team: Clone) -> Clone:
    """The product at 0.3.0: a service, a workflow and a key changed, one file less, one more, and one seeded."""
    product.edit("plumbline.toml", '"0.2.0"', '"0.3.0"')
    product.edit("plumbline.toml", "migrated = 0", "migrated = 1")
    product.edit("services/api/main.py", "line 2\n", "line two\n")
    product.edit(".github/workflows/ci.yml", "run:", "steps:")
    product.edit("data/params.yaml", "seeds", "seed")
    product.edit("README.md", "The product", "The product, better")
    product.git("rm", "--quiet", "docs/old.md")
    product.write(
        {
            "docs/new.md": "new\n",
            "hooks.toml": "hooks = []\n",
            "plumbline/product/migrations/0001_rename_seeds.py": MIGRATION,
            "services/api/table.made": "made\n",
        }
    )
    product.git("add", "--force", "services/api/table.made")
    product.commit("Better")
    product.git("tag", "--annotate", "v0.3.0", "--message", "0.3.0")
    assert team.state()[2] == ""
    return product
