"""Which services a change tests, and under which versions of Python."""

import re
from pathlib import Path

import pytest

from plumbline.ci import matrix
from plumbline.ci.matrix import SERVICES, VERSIONS
from plumbline.ci.routing.changes import Changes
from plumbline.testing.reach import Reach
from plumbline.testing.repository import ROOT, run


@pytest.mark.parametrize(
    ("files", "services"),
    [
        (("services/api/app/main.py",), ["api", "monitor"]),
        (("services/monitor/app/main.py",), ["monitor"]),
        (("services/predict/app/main.py",), ["api", "predict", "monitor"]),
        (("services/api/app/main.py", "README.md"), ["api", "monitor"]),
        (("services/api/app/main.py", "services/monitor/app/main.py"), ["api", "monitor"]),
        (("services/common/rows.py", "services/api/app/main.py"), list(SERVICES)),
        (("requirements/dev.txt",), list(SERVICES)),
        (("plumbline/bundle/files.py", "services/predict/app/main.py"), list(SERVICES)),
        ((".github/workflows/service-pipeline.yml",), list(SERVICES)),
    ],
)
@pytest.mark.parametrize("event", ["pull_request", "merge_group"])
def test_before_the_merge_what_changed_is_tested_under_one_python(
    event: str, files: tuple[str, ...], services: list[str]
) -> None:
    assert matrix.rows(event, Changes(files)) == (services, ["3.11"])


def test_after_the_merge_all_are_tested_under_all() -> None:
    assert matrix.rows("push", Changes(("services/api/app/main.py",))) == (list(SERVICES), list(VERSIONS))


def test_what_cannot_be_known_tests_all() -> None:
    assert matrix.rows("pull_request", Changes(("services/api/a",), "301 files"))[0] == list(SERVICES)


def test_each_folder_of_a_service_is_one_of_the_matrix() -> None:
    assert set(SERVICES) == {path.parent.name for path in ROOT.glob("services/*/Dockerfile")}


@pytest.mark.parametrize("service", SERVICES)
def test_the_services_that_the_tests_of_a_service_reach_are_known(service: str) -> None:
    tracked = run(ROOT, "git", "ls-files").stdout.splitlines()
    graph = Reach(tracked, ROOT, opaque=("plumbline/cli",))
    own = [name for name in tracked if name.startswith(f"services/{service}/") and name.endswith(".py")]
    reached = {found[1] for name in graph.closure(own) if (found := re.match(r"services/(\w+)/", name))}
    assert reached & (set(SERVICES) - {service}) == matrix.STANDS_ON[service]


def test_github_gets_the_lists(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    event = tmp_path / "event.json"
    event.write_text("{}")
    monkeypatch.setenv("GITHUB_EVENT_NAME", "push")
    monkeypatch.setenv("GITHUB_EVENT_PATH", str(event))
    monkeypatch.setenv("GITHUB_OUTPUT", str(tmp_path / "output"))
    matrix.main()
    assert (tmp_path / "output").read_text().splitlines() == [
        'services=["api", "predict", "monitor"]',
        'pythons=["3.11", "3.12", "3.13"]',
    ]
