"""A second run leaves out exactly what the first one passed, and nothing once the tree has changed."""

import json

import pytest

pytest_plugins = ["pytester"]

FILE = "kept/passed.json"
WORKERS = [(), ("-p", "xdist", "-n", "2", "--dist", "loadfile")]


@pytest.fixture
def house(inner: pytest.Pytester) -> pytest.Pytester:
    inner.makeini("[pytest]\naddopts = --import-mode=importlib\nmarkers = slow")
    inner.makeconftest('pytest_plugins = ["plumbline.testing.isolation", "plumbline.testing.passed"]')
    inner.makepyfile(
        test_one="""
            import os, pytest
            @pytest.fixture
            def torn(): yield; assert False
            @pytest.mark.parametrize("text", ["a", "b::c d"])
            def test_passes(text): ...
            def test_fails(): assert False
            def test_with_a_fixture_that_fails_at_the_end(torn): ...
            @pytest.mark.xfail
            def test_is_expected_to_fail(): assert False
        """,
        test_two="""
            import os, pytest
            @pytest.mark.skipif("TOOL" not in os.environ, reason="no tool")
            def test_needs_a_tool(): ...
            @pytest.mark.slow
            def test_is_slow(): ...
        """,
    )
    (inner.path / ".gitignore").write_text("kept/\n.pytest_cache/\n__pycache__/\nrunpytest*/\nstdout\nstderr\n")
    inner.run("git", "init", "--quiet")
    return inner


@pytest.mark.parametrize("workers", WORKERS, ids=["here", "workers"])
def test_the_second_run_is_what_the_first_did_not_pass(
    house: pytest.Pytester, monkeypatch: pytest.MonkeyPatch, workers: tuple[str, ...]
) -> None:
    monkeypatch.setenv("PYTEST_ADDOPTS", f"--passed-to={FILE}")
    house.runpytest_subprocess("-m", "not slow", *workers)
    passed = ["test_one.py::test_passes[a]", "test_one.py::test_passes[b::c d]"]
    assert json.loads((house.path / FILE).read_text())["passed"] == passed
    monkeypatch.setenv("TOOL", "there")
    monkeypatch.setenv("PYTEST_ADDOPTS", f"--but-passed={FILE}")
    done = house.runpytest_subprocess(*workers, "-rA")
    text = done.stdout.str()
    assert done.parseoutcomes()["passed"] == 3  # with the call of the one whose tear-down fails
    assert all(f"PASSED test_two.py::test_{name}" in text for name in ("needs_a_tool", "is_slow"))
    assert "FAILED test_one.py::test_fails" in text
    assert "test_passes" not in text
    assert f"2 tests are left out: they passed in the run of {FILE}" in text


@pytest.mark.parametrize("workers", WORKERS, ids=["here", "workers"])
def test_a_run_of_the_rest_adds_what_passes_to_the_same_file(
    house: pytest.Pytester, monkeypatch: pytest.MonkeyPatch, workers: tuple[str, ...]
) -> None:
    house.makepyfile(test_one="import os\ndef test_passes(): ...\ndef test_unsteady(): assert 'TOOL' in os.environ")
    house.runpytest_subprocess("--passed-to", FILE, "-m", "not slow", *workers)
    monkeypatch.setenv("TOOL", "there")
    house.runpytest_subprocess("--but-passed", FILE, "--passed-to", FILE, *workers).assert_outcomes(passed=3)
    names = ["test_one.py::test_passes", "test_one.py::test_unsteady", "test_two.py::test_is_slow"]
    assert json.loads((house.path / FILE).read_text())["passed"] == [*names, "test_two.py::test_needs_a_tool"]


@pytest.mark.parametrize(
    ("fault", "why"),
    [
        ("changed", "was made with another conftest.py"),
        ("new", "was made with another data.txt"),
        ("torn", "is not there, or not what --passed-to writes"),
        ("gone", "is not there"),
    ],
)
def test_everything_runs_where_the_first_run_was_of_something_else(
    house: pytest.Pytester, fault: str, why: str
) -> None:
    house.runpytest_subprocess("--passed-to", FILE)
    if fault == "changed":
        (house.path / "conftest.py").open("a").write("\n")
    elif fault == "new":
        (house.path / "data.txt").touch()
    elif fault == "torn":
        (house.path / FILE).write_text((house.path / FILE).read_text()[:-2])
    else:
        (house.path / FILE).unlink()
    done = house.runpytest_subprocess("--but-passed", FILE)
    assert sum(done.parseoutcomes().get(kind, 0) for kind in ("passed", "failed", "skipped", "xfailed")) == 7
    assert done.stdout.str().count(f"no test is left out: {FILE} {why}") == 2  # before the tests and after them


@pytest.mark.parametrize("more", [(), ("--but-passed", FILE)], ids=["the first", "the rest"])
def test_a_run_under_which_the_tree_changed_keeps_nothing(
    house: pytest.Pytester, monkeypatch: pytest.MonkeyPatch, more: tuple[str, ...]
) -> None:
    house.makepyfile(test_three="import os\ndef test_writes(): assert 'TOOL' in os.environ and open('data.txt', 'w')")
    house.runpytest_subprocess("--passed-to", FILE)
    assert (house.path / FILE).exists()
    monkeypatch.setenv("TOOL", "there")
    house.runpytest_subprocess("--passed-to", FILE, *more)
    assert not (house.path / FILE).exists()


def test_an_interrupted_run_leaves_no_file_of_the_run_before(house: pytest.Pytester) -> None:
    (house.path / "kept").mkdir()
    (house.path / FILE).write_text("{}")
    house.makepyfile(test_three="import os\ndef test_dies(): os._exit(3)")
    house.runpytest_subprocess("--passed-to", FILE)
    assert not (house.path / FILE).exists()


def test_a_run_that_a_test_starts_is_not_given_the_options_of_its_own(inner: pytest.Pytester) -> None:
    inner.makeconftest('pytest_plugins = ["plumbline.testing.isolation"]')
    inner.makepyfile("import os\ndef test_it(): assert 'PYTEST_ADDOPTS' not in os.environ")
    inner.runpytest_subprocess().assert_outcomes(passed=1)
