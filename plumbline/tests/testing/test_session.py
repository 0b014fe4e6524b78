"""A run of many tests is spread over the cores, watched and reported."""

import json
from pathlib import Path

import pytest

from plumbline.testing import times
from plumbline.testing.repository import ROOT

pytest_plugins = ["pytester"]


@pytest.fixture
def house(inner: pytest.Pytester) -> pytest.Pytester:
    inner.makeini(
        "[pytest]\naddopts = -n auto --dist loadfile --no-loadscope-reorder --import-mode=importlib\nmarkers = slow"
    )
    inner.makeconftest('pytest_plugins = ["plumbline.testing.needs", "plumbline.testing.session"]')
    (inner.path / "tests").mkdir()
    (inner.path / "tests/budgets.toml").write_text('[seconds]\n"." = 0.001\n')
    inner.makepyfile(
        test_a="def test_fails(): assert 'apple' == 'pear'",
        test_b="import pathlib, pytest\n@pytest.mark.parametrize('n', range(20))\ndef test_passes(n):\n"
        "    if n == 19: pathlib.Path('passed').touch()",
        # It runs while the others do, if there are two workers, and is the slowest.
        test_c="import pathlib, time\ndef test_waits():\n    end = time.monotonic() + 20\n"
        "    while not pathlib.Path('passed').exists() and time.monotonic() < end: time.sleep(0.01)\n"
        "    time.sleep(0.2)",
        test_s="import pytest\n@pytest.mark.slow\ndef test_story(): ...",
    )
    return inner


def test_progress_and_the_first_failure_are_seen_while_it_runs(house: pytest.Pytester) -> None:
    lines = house.runpytest_subprocess().outlines
    first = next(number for number, line in enumerate(lines) if "first failure: test_a.py::test_fails" in line)
    last = next(number for number, line in enumerate(lines) if line.startswith("23 of 23 tests (100 %), 1 failed, 0:"))
    assert first < last
    assert any("apple" in line for line in lines[first:last])
    assert any("about" in line and "left; now test_" in line for line in lines[:last])


def test_the_slowest_and_the_folders_are_reported_and_a_budget_that_is_passed(house: pytest.Pytester) -> None:
    text = house.runpytest_subprocess().stdout.str()
    assert "test_c.py::test_waits" in text.split("10 slowest tests")[1].splitlines()[1]
    assert "over its budget" in text
    assert "0.0 s            slow tests, which have no budget" in text
    assert " s of CPU" in text


def test_a_later_run_begins_with_what_took_longest_and_forecasts_by_it(house: pytest.Pytester) -> None:
    known = {"test_c.py::test_waits": 50.0, "test_a.py::test_fails": 30.0}
    (house.path / ".plumbline").mkdir()
    (house.path / times.KEPT).write_text(json.dumps(known))
    house.makepyfile(test_d="def test_last(): ...")
    (house.path / "passed").touch()
    lines = house.runpytest_subprocess("-n", "1").outlines
    [first, *_] = [line for line in lines if " of 24 tests (" in line]
    minutes = int(first.split("about ")[1].split(":")[0])
    assert 10 <= minutes <= 15  # some 20 unknown tests are taken for the mean of the known, 40 s
    kept = json.loads((house.path / times.KEPT).read_text())
    assert kept["test_c.py::test_waits"] < 50
    assert len(kept) == 24


def test_a_first_run_begins_with_the_slow_tests_and_of_these_with_those_that_take_longest(
    house: pytest.Pytester,
) -> None:
    (house.path / "passed").touch()
    house.makepyfile(test_t="import pytest\n@pytest.mark.slow\ndef test_longer(): ...")
    with (house.path / times.BUDGETS).open("a") as budgets:
        budgets.write('[slow]\n"test_t.py" = 60\n')
    lines = house.runpytest_subprocess("-n", "1", "-v").outlines
    ran = [line.split("] ")[-1] for line in lines if "PASSED" in line or "FAILED test" in line]
    assert "test_t.py::test_longer" in ran[0]
    assert "test_s.py::test_story" in ran[1]


def test_a_named_file_runs_in_this_process(house: pytest.Pytester) -> None:
    done = house.runpytest_subprocess("test_b.py")
    done.assert_outcomes(passed=20)
    assert "workers" not in done.stdout.str()


def test_times_that_are_no_json_count_as_none(tmp_path: Path) -> None:
    (tmp_path / ".plumbline").mkdir()
    (tmp_path / times.KEPT).write_text("{")
    assert times.read(tmp_path) == {}


def test_folders_are_added_up_and_held_against_their_budgets() -> None:
    seconds = {"a/tests/test_x.py::test_1": 1.0, "a/tests/test_y.py::test_2[b/c]": 2.5, "b/test_z.py::test_3": 0.5}
    assert times.by_folder(seconds) == {"a/tests": 3.5, "b": 0.5}
    assert times.table(seconds, {"a/tests": 3}) == [
        "    3.5 s    of 3 s  a/tests  over its budget",
        "    0.5 s no budget  b",
    ]


def test_every_folder_of_tests_has_a_budget_and_every_file_with_one_of_its_own_is_there() -> None:
    budgets = times.read_budgets(ROOT)["seconds"]
    assert [name for name in times.read_budgets(ROOT)["slow"] if not (ROOT / name).is_file()] == []
    files = [path.relative_to(ROOT) for path in ROOT.glob("*/**/test_*.py")]
    folders = {str(path.parent) for path in files if path.parts[0] not in (".venv", ".plumbline", ".ci")}
    assert folders == set(budgets)
