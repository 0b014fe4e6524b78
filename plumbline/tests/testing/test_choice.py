"""A change runs the tests that it touches, and all of them where that is not sure."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from plumbline.testing import reach
from plumbline.testing.choice import choose

ROOT = Path(__file__).parents[3]
FILES = {
    "pyproject.toml": '[tool.pytest.ini_options]\naddopts = ["--import-mode=importlib"]\npythonpath = ["."]\n'
    'markers = ["slow: takes long"]\n',
    "shop/__init__.py": "",
    "shop/price.py": "def price(): return 3\n",
    "shop/till.py": "from shop.price import price\n",
    "shop/sign.py": "",
    "shop/door/__init__.py": "",
    "shop/door/__main__.py": "import shop.sign\n",
    "shop/tests/conftest.py": "import pytest\nfrom shop import sign\n\n@pytest.fixture\ndef lit(): return sign\n\n"
    "@pytest.fixture\ndef opened(): return open('data/stock.tsv')\n",
    "shop/tests/test_till.py": "from shop import till\n\ndef test_till(): assert till.price() == 3\n",
    "shop/tests/test_light.py": "def test_light(lit): assert lit\n",
    "shop/tests/test_door.py": "COMMAND = ['python', '-m', 'shop.door']\n\ndef test_door(): ...\n",
    "shop/tests/test_stock.py": "def test_stock(opened): ...\n",
    "shop/tests/test_rules.py": "from pathlib import Path\n\ndef test_rules(): Path('rules') / 'open.yaml'\n",
    "shop/tests/test_tree.py": "COMMAND = 'git ls-files'\n\ndef test_tree(): ...\n",
    "shop/tests/test_model.py": "MODEL = 'out/model.bin'\n\ndef test_model(): ...\n",
    "tests/test_pages.py": "from pathlib import Path\n\ndef test_pages(): list(Path('docs').glob('*.md'))\n",
    "tests/pages.json": "{}",
    "tests/test_story.py": "import pytest\nimport shop.price\n\n@pytest.mark.slow\ndef test_story(): ...\n",
    "dvc.yaml": "stages:\n  clean:\n    deps: [data/raw.tsv]\n    outs: [data/clean.tsv]\n"
    "  train:\n    deps: [data/clean.tsv]\n    params: [{params.yaml: [train]}]\n"
    "    outs: [{out/model.bin: {cache: false}}]\n",
    "params.yaml": "train: {}\n",
    "data/raw.tsv": "",
    "data/stock.tsv": "",
    "docs/open.md": "",
    "rules/open.yaml": "",
}  # fmt: skip


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    for name, text in FILES.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    git(tmp_path, "init", "--quiet", "--initial-branch", "main")
    commit(tmp_path)
    git(tmp_path, "switch", "--quiet", "--create", "change")
    return tmp_path


def git(folder: Path, *words: str) -> str:
    identity = ("-c", "user.name=a", "-c", "user.email=a@localhost")
    return subprocess.run(["git", *identity, *words], cwd=folder, capture_output=True, text=True, check=True).stdout


def commit(folder: Path) -> None:
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--message", "change")


def plumb(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST_", "PLUMBLINE_"))}
    quick = {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "PYTEST_ADDOPTS": "-p xdist -v"}
    command = [sys.executable, "-m", "plumbline.cli", "test", *words]
    environment = kept | quick | {"PYTHONPATH": str(ROOT)}
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)


TREE = {"test_tree": "reads the whole tree"}


@pytest.mark.parametrize(
    ("changed", "chosen"),
    [
        ("shop/price.py", {"test_till": "imports it", "test_story": "imports it", **TREE}),
        ("shop/sign.py", {"test_light": "imports it", "test_door": "imports it", **TREE}),
        ("data/stock.tsv", {"test_stock": "names it", **TREE}),
        ("docs/open.md", {"test_pages": "names it", **TREE}),
        ("docs/new/page.md", {"test_pages": "names it", **TREE}),
        ("rules/open.yaml", {"test_rules": "names it", **TREE}),
        ("tests/pages.json", {"test_pages": "lies beside it", "test_story": "lies beside it", **TREE}),
        ("tests/test_pages.py", {"test_pages": "is changed", **TREE}),
        ("params.yaml", {"test_model": "names it", **TREE}),
        ("data/raw.tsv", {"test_model": "names it", **TREE}),
    ],
)
def test_a_change_chooses_what_reaches_it(shop: Path, changed: str, chosen: dict[str, str]) -> None:
    found = choose([changed], FILES, shop)
    assert found.everything is None
    assert {Path(test).stem: how for test, (_, how) in found.tests.items()} == chosen
    assert {file for file, _ in found.tests.values()} == {changed}


def test_what_decides_how_tests_run_chooses_all(shop: Path) -> None:
    for file in ("pyproject.toml", "conftest.py", "requirements/dev.txt", "plumbline/testing/run.py"):
        assert choose([file], FILES, shop).everything == f"{file} decides how tests run"


def test_what_no_test_reaches_chooses_all(shop: Path) -> None:
    (shop / "shop/tests/test_tree.py").unlink()
    assert choose(["LICENSE"], FILES, shop).everything == "no test is known to reach LICENSE"


def test_a_file_that_cannot_be_read_hides_no_test(shop: Path) -> None:
    (shop / "shop/price.py").write_text("def price(:")
    assert "shop/tests/test_till.py" in choose(["shop/price.py"], FILES, shop).tests


@pytest.mark.parametrize(
    ("word", "file", "named"),
    [
        ("infrastructure/kubernetes", "infrastructure/kubernetes/base/a.yaml", True),
        ("../kubernetes/base", "infrastructure/kubernetes/base/a.yaml", True),
        (".github/workflows", ".github/workflows/main.yml", True),
        ("a.yaml", "infrastructure/kubernetes/base/a.yaml", True),
        ("**/*.yaml", "infrastructure/kubernetes/base/a.yaml", True),
        ("*", "infrastructure/kubernetes/base/a.yaml", False),
        (".", "infrastructure/kubernetes/base/a.yaml", False),
        ("base/b.yaml", "infrastructure/kubernetes/base/a.yaml", False),
    ],
)
def test_a_word_names_paths_their_ends_their_folders_and_patterns(word: str, file: str, named: bool) -> None:
    assert reach.names(word, file) is named


def test_the_command_runs_the_chosen_tests_and_says_why(shop: Path) -> None:
    (shop / "shop/price.py").write_text("def price(): return 4\n")
    commit(shop)
    (shop / "docs/untracked.md").write_text("")
    done = plumb(shop, "--changed")
    assert done.returncode == 1
    assert "2 files differ from main" in done.stdout
    assert "shop/price.py (imports it): test_till.py, test_story.py" in done.stdout
    assert "docs/untracked.md (names it): test_pages.py" in done.stdout
    assert "test_till FAILED" in done.stdout or "FAILED shop/tests/test_till.py" in done.stdout
    assert "test_pages.py" in done.stdout
    assert "::test_story" not in done.stdout
    assert "::test_door" not in done.stdout


def test_the_slow_tests_run_with_all(shop: Path) -> None:
    (shop / "shop/price.py").write_text("def price(): return 3 + 0\n")
    done = plumb(shop, "--changed", "--all")
    assert done.returncode == 0, done.stdout
    assert "::test_story" in done.stdout


def test_nothing_changed_runs_nothing(shop: Path) -> None:
    done = plumb(shop, "--changed")
    assert (done.returncode, done.stdout) == (0, "0 files differ from main\n0 files of tests run\n")


def test_a_base_that_there_is_not_ends_with_one_line(shop: Path) -> None:
    done = plumb(shop, "--changed", "--base", "absent")
    assert done.returncode == 1
    assert done.stderr.startswith("error: cannot compare with absent: ")
    assert "Traceback" not in done.stderr


def test_each_test_of_this_house_is_chosen_by_its_own_change() -> None:
    files = git(ROOT, "ls-files").splitlines()
    tests = [
        name
        for name in files
        if Path(name).name.startswith("test_") and name.endswith(".py") and (ROOT / name).exists()
    ]
    found = choose(tests, files, ROOT)
    assert set(found.tests) == set(tests)
