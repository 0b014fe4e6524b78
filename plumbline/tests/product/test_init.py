"""A clone gets its names, other names, and none that cannot be."""

import subprocess
import sys
from pathlib import Path

import pytest

from plumbline.kernel.errors import PlumblineError
from plumbline.product import house, init, release
from plumbline.product.verify import verify
from plumbline.proof import worktree
from plumbline.testing.repository import ROOT

NAMES = {
    "name": "prices", "model": "flats", "owner": "acme-eu", "repository": "house.prices", "account": "acmeimages",
    "region": "eu-central-1",
}  # fmt: skip


def test_values_are_written_where_they_stand(team) -> None:
    assert team.read(".github/workflows/ci.yml") == "run: https://github.com/acme/prices/blob\n"
    assert team.read("data/remote.yaml") == "url: https://github.com/acme/prices/data\n"
    assert house.read(team.root).house.owner == "acme"
    assert team.read(".github/CODEOWNERS") == "* @acme/us\n"


def test_twice_changes_nothing(team) -> None:
    assert init.init(team.root, {"owner": "acme", "repository": "prices"}) == []
    assert team.git("status", "--porcelain") == ""


def test_other_values_take_the_place_of_the_former(team) -> None:
    changed = init.init(team.root, {"owner": "OWNER", "repository": "else"})
    assert changed == [".github/CODEOWNERS", ".github/workflows/ci.yml", "data/remote.yaml", "plumbline.toml"]
    assert team.read("data/remote.yaml") == "url: https://github.com/OWNER/else/data\n"
    assert verify(team.root) == []
    init.init(team.root, {"owner": "acme", "repository": "prices"})
    assert team.git("status", "--porcelain") == ""


def test_killed_before_it_wrote_them_down_the_same_call_finishes(team, monkeypatch) -> None:
    def die(*_: object) -> str:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(house, "replaced", die)
        with pytest.raises(KeyboardInterrupt):
            init.init(team.root, {"owner": "other"})
    assert (house.read(team.root).house.owner, "other" in team.read("data/remote.yaml")) == ("acme", True)
    assert init.init(team.root, {"owner": "other"}) == ["plumbline.toml"]
    assert verify(team.root) == []


def test_the_list_of_the_release_comes_from_its_tag_and_not_from_the_work_tree(product, tmp_path) -> None:
    product.edit("services/api/main.py", "line 1", "edited")
    product.commit("Edited after the release")
    init.init(product.root, {})
    assert [str(one) for one in verify(product.root)] == ["edited: services/api/main.py"]
    assert release.read(product.root).commit == product.git("rev-parse", "v0.2.0")


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("owner", "a--b", "is not an owner on GitHub"),
        ("owner", "a" * 40, "at most 39"),
        ("owner", "a b", "is not an owner on GitHub"),
        ("repository", "x.git", "without .git"),
        ("repository", "..", "is not a repository on GitHub"),
        ("repository", "a/b", "is not a repository on GitHub"),
        ("name", "Prices", "is not a DNS label"),
        ("name", "prices-", "is not a DNS label"),
        ("model", "a_b", "is not a DNS label"),
        ("account", "Acme", "is not an account of the registry"),
        ("account", "docker.io/acme", "is not an account of the registry"),
        ("region", "europe", "is not a region of AWS"),
        ("region", "eu-central", "is not a region of AWS"),
    ],
)
def test_a_value_that_cannot_be_is_refused(team, name: str, value: str, sentence: str) -> None:
    with pytest.raises(PlumblineError, match=f"^{name}: .*{sentence}") as refused:
        init.init(team.root, {name: value})
    assert "\n" not in str(refused.value)
    assert team.git("status", "--porcelain") == ""


def test_every_wrong_value_has_its_sentence(team) -> None:
    with pytest.raises(PlumblineError) as refused:
        init.init(team.root, {"owner": "-", "region": "-"}, "https://me:secret@example.com/x.git")
    assert [sentence.split(":")[0] for sentence in str(refused.value).splitlines()] == ["owner", "region", "upstream"]
    assert "secret" not in str(refused.value)


def test_it_asks_until_an_answer_can_be(team, monkeypatch, capsys) -> None:
    answers = iter(["\n", "\n", "no owner\n", "someone\n", "\n", "\n"])
    monkeypatch.setattr("sys.stdin.readline", lambda: next(answers), raising=False)
    given = init.ask(team.root, {"region": "eu-west-1"})
    assert given["owner"] == "someone"
    assert given["name"] == "plumbline"
    assert given["region"] == "eu-west-1"
    assert "is not an owner on GitHub" in capsys.readouterr().err


def test_this_repository_takes_other_names(tmp_path: Path) -> None:
    copy = worktree.copy(ROOT, tmp_path / "copy")
    git = ["git", "-C", str(copy), "-c", "user.name=test", "-c", "user.email=test@example.com"]
    subprocess.run([*git, "add", "--all"], check=True)
    subprocess.run([*git, "commit", "--quiet", "--no-verify", "--message", "Start"], check=True)
    before = house.read(copy).house
    init.init(copy, {})
    edited = verify(copy)

    command = [sys.executable, "-m", "plumbline.cli", "init"]
    options = [f"--{name}={value}" for name, value in NAMES.items()]
    subprocess.run([*command, *options], check=True, cwd=copy, capture_output=True, stdin=subprocess.DEVNULL)

    assert house.read(copy).house.model_dump() == NAMES
    assert verify(copy) == edited
    assert _named(copy, f"github.com/{before.owner}/{before.repository}") <= {
        "plumbline/tests/product/conftest.py",  # houses of their own
        "plumbline/tests/product/test_init.py",
    }
    assert _named(copy, f"docker.io/{before.account}/") <= {
        "plumbline/deploy/overlay.py",  # an example in a docstring
        "plumbline/tests/deploy/test_deployment.py",  # an overlay of its own
    }
    init.init(copy, before.model_dump())
    changed = subprocess.run([*git, "status", "--porcelain"], check=True, capture_output=True, text=True).stdout
    assert changed.split() in ([], ["??", release.MANIFEST])


def _named(copy: Path, text: str) -> set[str]:
    command = ["git", "-C", str(copy), "grep", "--name-only", "--fixed-strings", text]
    return set(subprocess.run(command, capture_output=True, text=True, check=False).stdout.split())
