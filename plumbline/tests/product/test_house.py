"""plumbline.toml, and that every file of this repository has one owner."""

import re
import subprocess
import tomllib
from pathlib import Path

import pytest

from plumbline.kernel.config import read_yaml
from plumbline.kernel.errors import PlumblineError
from plumbline.product import house, migrate, release
from plumbline.product.ownership import matches, owner, owners
from plumbline.product.values import filled
from plumbline.testing.repository import ROOT
from plumbline.tests.product.conftest import TOML

HOUSE = house.read(ROOT)


def present() -> list[str]:
    command = ["git", "-C", str(ROOT), "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    names = subprocess.run(command, check=True, capture_output=True, text=True).stdout.split("\0")
    return [name for name in names if name and (ROOT / name).exists()]


PRESENT = present()


def test_every_file_has_one_owner() -> None:
    claims = {name: owners(name, HOUSE.paths) for name in PRESENT}
    # In a house whatever nobody claims is the team's; in the product a new file needs a pattern.
    enough = (0, 1) if (ROOT / release.MANIFEST).exists() else (1,)
    assert {name: found for name, found in claims.items() if len(found) not in enough} == {}


def test_no_file_of_the_product_names_the_example_that_it_comes_with() -> None:
    """Documents show it; a team that brings its own table edits none but its own files."""
    words = r"ames|iowa|housing|price[sd]? (a|the) house|houses? (is |are )?priced"
    columns = "sale_price|sale_year|lot_area|living_area|year_built"
    example = re.compile(rf"\b({words}|{columns})\b", re.I)
    code = [name for name in PRESENT if owner(name, HOUSE.paths) == "product" and not name.endswith((".md", "LICENSE"))]
    here = str(Path(__file__).relative_to(ROOT))
    read = {name: (ROOT / name).read_text(encoding="utf-8", errors="replace") for name in code if name != here}
    assert [name for name, text in read.items() if example.search(text)] == []


def test_documents_of_the_product_say_where_they_speak_of_the_example() -> None:
    """They lie in every house; the changelog tells of the product's past."""
    names = [name for name in PRESENT if name.endswith(".md") and owner(name, HOUSE.paths) == "product"]
    shown = re.compile(r"`[^`\n]*`|^```.*?^```|^(?:    |\|).*$", re.MULTILINE | re.DOTALL)
    wrong = re.compile(r"\b(ames|iowa|housing|embedded sales|real sales|prices? an?|priced)\b", re.IGNORECASE)
    elsewhere = ("CHANGELOG.md", "docs/cloud.md", "tests/", "plumbline/adopt/examples/")  # the cloud has prices, too
    prose = {n: shown.sub("", (ROOT / n).read_text()) for n in names if not n.startswith(elsewhere)}
    assert {name: found for name, text in prose.items() if (found := wrong.findall(text))} == {}


@pytest.mark.parametrize("glob", HOUSE.paths.product)
def test_every_pattern_owns_something(glob: str) -> None:
    assert any(matches(name, [glob]) for name in PRESENT)


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("plumbline/kernel/log.py", "product"),
        ("services/api/app/main.py", "product"),
        (".github/workflows/ci.yml", "product"),
        ("infrastructure/kubernetes/base/api/deployment.yaml", "product"),
        ("infrastructure/kubernetes/overlays/staging/bundle.env", "team"),
        ("infrastructure/argocd/platform/addons/istiod.yaml", "team"),
        ("data/contract.yaml", "team"),
        ("model/src/train.py", "team"),
        ("dvc.lock", "team"),
        ("plumbline.toml", "seeded"),
        ("a_folder_of_the_team/file", "team"),
    ],
)
def test_a_file_belongs_to(path: str, expected: str) -> None:
    assert owner(path, HOUSE.paths) == expected


def test_what_a_team_added_is_its_own_in_a_folder_of_the_product_too() -> None:
    paths = HOUSE.paths.model_copy(update={"own": ("docs/ours/**",)})
    assert owner("docs/ours/a/b.md", paths) == "team"
    assert owner("docs/bundle.md", paths) == "product"


def test_two_owners_are_refused() -> None:
    paths = HOUSE.paths.model_copy(update={"team": ("docs/*.md",)})
    with pytest.raises(PlumblineError, match=r"docs/a.md belongs to product and team"):
        owner("docs/a.md", paths)


def test_every_carrier_stands_in_each_of_the_products_files_that_it_names() -> None:
    dead = [
        (glob, carrier.text)
        for carrier in HOUSE.carriers
        for glob in carrier.files
        if owner(glob.replace("*", "x"), HOUSE.paths) == "product"
        and not any(
            filled(carrier.text, HOUSE.house) in (ROOT / name).read_text(errors="replace")
            for name in PRESENT
            if matches(name, [glob])
        )
    ]
    assert dead == []


def test_it_agrees_with_what_others_say() -> None:
    assert read_yaml(ROOT / "model/params.yaml")["bundle"]["model"] == HOUSE.house.model  # type: ignore[index]
    version = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
    assert version == HOUSE.product.version
    assert f"## {version}" in (ROOT / "CHANGELOG.md").read_text()
    assert max(migrate.numbered(ROOT), default=0) == HOUSE.product.migrated


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('owner = "OWNER"', 'owner = "-a"', "house.owner: .*'-a' is not an owner on GitHub"),
        ("migrated = 0", "migrated = 0\ncolour = 1", "product.colour"),
        ("own = []", "", "paths.own"),
        ("[house]", "[house", "not valid TOML"),
    ],
)
def test_a_wrong_one_is_refused(old: str, new: str, message: str) -> None:
    with pytest.raises(PlumblineError, match=message):
        house.loads(TOML.replace(old, new))


def test_keys_of_a_later_release_can_be_passed_over() -> None:
    text = TOML.replace("own = []", "own = []\ntheirs = []").replace("[product]", "[colours]\na = 1\n[product]")
    assert house.loads(text, lenient=True) == house.loads(TOML)


def test_values_are_replaced_and_comments_kept() -> None:
    text = "# a comment\n" + TOML
    written = house.replaced(text, {"region": "eu-west-1", "own": ("a/**", 'b"c'), "migrated": 3})
    assert written.startswith("# a comment\n")
    read = house.loads(written)
    assert (read.house.region, read.paths.own, read.product.migrated) == ("eu-west-1", ("a/**", 'b"c'), 3)
    assert house.replaced(written, {"region": "ap-south-1", "own": (), "migrated": 0}) == text


def test_two_migrations_of_one_number_are_refused(tmp_path: Path) -> None:
    folder = tmp_path / migrate.FOLDER
    folder.mkdir(parents=True)
    for name in ("0001_a.py", "0001_b.py"):
        (folder / name).write_text("")
    with pytest.raises(PlumblineError, match="the same number"):
        migrate.numbered(tmp_path)
