"""A tool is tried once a session; a test that needs an unusable one is skipped, counted and told how to have it."""

import re

import pytest

from plumbline.testing import needs, trials
from plumbline.testing.repository import ROOT

pytest_plugins = ["pytester"]

CONFTEST = """
    from pathlib import Path
    from plumbline.testing import trials

    pytest_plugins = ["plumbline.testing.needs", "plumbline.testing.session"]

    def drill():
        with Path({tries!r}).open("a") as file:
            file.write("tried\\n")
        raise trials.UnusableError("it is blunt")

    trials.TOOLS["drill"] = trials.Tool("Drill", "sharpen it", drill)
    trials.TOOLS["saw"] = trials.Tool("Saw", "buy one", lambda: None)
"""
TESTS = """
    import pytest
    from plumbline.testing import needs

    pytestmark = pytest.mark.needs("saw")

    @pytest.fixture
    def hole():
        needs.require("drill")

    @pytest.mark.needs("drill")
    @pytest.mark.parametrize("number", range(3))
    def test_marked(number): ...

    def test_by_a_fixture(hole): ...
    def test_of_what_is_there(): ...
    def test_skipped_for_something_else(): pytest.skip("it rains")

    @pytest.mark.cloud
    def test_of_an_account(): pytest.skip("no account")
"""


@pytest.fixture
def house(inner: pytest.Pytester) -> pytest.Pytester:
    """A folder with tests of a tool that is there and of one that is blunt, in two files."""
    inner.makeini("[pytest]\nmarkers = cloud: an account\naddopts = --strict-markers --import-mode=importlib")
    inner.makeconftest(CONFTEST.format(tries=str(inner.path / "tries")))
    inner.makepyfile(test_one=TESTS, test_two=TESTS)
    return inner


def test_one_line_a_tool_says_what_was_not_tested_and_how_to_have_it(house: pytest.Pytester) -> None:
    done = house.runpytest_subprocess()
    done.assert_outcomes(passed=2, skipped=12)
    said = [line for line in done.outlines if line.startswith("not tested here")]
    assert said == [
        "not tested here: Drill (it is blunt): 8 tests; sharpen it",
        "not tested here: it rains: 2 tests",
        "not tested here: no account: 2 tests",
    ]


def test_a_program_that_is_no_test_may_ask_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(needs.SESSION)
    monkeypatch.setitem(trials.TOOLS, "saw", trials.Tool("Saw", "buy one", lambda: None))
    assert needs.complaint("saw") == ""
    assert needs.once("anything", lambda: [1]) == [1]


def test_two_workers_try_a_tool_once(house: pytest.Pytester) -> None:
    (house.path / "tests").mkdir()
    (house.path / "tests/budgets.toml").write_text("[seconds]\n")
    house.runpytest_subprocess("-n", "2", "--dist", "loadfile").assert_outcomes(passed=2, skipped=12)
    assert (house.path / "tries").read_text() == "tried\n"


@pytest.mark.parametrize("value", ["1", "true"])
def test_where_tools_are_required_a_skip_is_a_failure_except_for_an_account(
    house: pytest.Pytester, monkeypatch: pytest.MonkeyPatch, value: str
) -> None:
    monkeypatch.setenv("PLUMBLINE_REQUIRE_TOOLS", value)
    done = house.runpytest_subprocess()
    outcomes = done.parseoutcomes()
    assert (outcomes["passed"], outcomes["skipped"]) == (2, 2)
    assert outcomes.get("failed", 0) + outcomes.get("errors", 0) == 10
    done.stdout.fnmatch_lines(["*may not be skipped: not usable: Drill (it is blunt): sharpen it*"])


def test_false_does_not_require_them(house: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PLUMBLINE_REQUIRE_TOOLS", "false")
    house.runpytest_subprocess().assert_outcomes(passed=2, skipped=12)


def test_neither_true_nor_false_is_an_error_that_names_the_variable(
    house: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PLUMBLINE_REQUIRE_TOOLS", "perhaps")
    done = house.runpytest_subprocess()
    assert done.ret == pytest.ExitCode.USAGE_ERROR
    assert "PLUMBLINE_REQUIRE_TOOLS" in done.stderr.str()


def sources() -> dict[str, str]:
    """The text of everything that tests consist of, by file."""
    files = [*ROOT.glob("*/**/tests/**/*.py"), *ROOT.glob("tests/**/*.py"), *ROOT.glob("**/conftest.py")]
    folders = (".venv", ".plumbline")
    found = {str(path.relative_to(ROOT)): path for path in files}
    return {name: path.read_text() for name, path in found.items() if not name.startswith(folders)}


def test_no_test_asks_for_a_tool_in_a_way_of_its_own() -> None:
    own = re.compile(r"\b(?:pytest\.skip|skipif|importorskip|shutil\.which)\b")
    # What tests this, and programs that are no tests.
    programs = tuple(f"tests/acceptance/{name}/" for name in ("act", "cluster", "compose"))
    apart = ("plumbline/tests/testing/", *programs)
    assert [name for name, text in sources().items() if own.search(text) and not name.startswith(apart)] == []


def test_every_tool_that_is_tried_is_needed_and_the_other_way_round() -> None:
    asked = {
        tool
        for name, text in sources().items()
        if not name.startswith("plumbline/tests/testing/")
        for call in re.findall(r"(?:needs\.require|mark\.needs)\(([^)]*)\)", text)
        for tool in re.findall(r'"(\w+)"', call)
    }
    assert asked == set(trials.TOOLS)
