"""The tests of a room as its pipeline runs them, and of a service under each version of Python."""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Literal

from plumbline.ci.routing import changes, pipelines, route
from plumbline.kernel import command
from plumbline.local import environments

_REPORTS = Path("reports")
_MANIFEST = Path("model/artifacts/bundle/manifest.json")
Room = Literal["services", "data", "model", "main", "docs", "production", "image", "crossing"]
Service = Literal["api", "predict", "monitor"]


def paths(rooms: Sequence[Room]) -> list[str]:
    """Give the tests of rooms, as pytest takes them, each once."""
    tests = {pipeline.name: pipeline.tests for pipeline in pipelines.read()} | {"crossing": pipelines.crossing()}
    return list(dict.fromkeys(path for room in rooms for path in tests[room]))


def build() -> None:
    """Build a bundle if there is none: tests look at what lies here.

    Raises:
        PlumblineError: A step fails.
    """
    if Path("Makefile").exists() and not _MANIFEST.exists():
        command.show("make", "data", "pipeline")


def changed(*, base: str = "main") -> None:
    """Run here what CI runs for a change: lint, the tests of the rooms that it touches, and those that cross them.

    Args:
        base: Compare the working tree with where it forked from this.

    Raises:
        PlumblineError: A check fails.
    """
    table, change = pipelines.read(), changes.of_clone(base)
    routes = route.route(change, table)
    route.show(routes, table, change)
    rooms: list[Room] = [pipeline.name for pipeline in table if routes[pipeline.name]]  # type: ignore[misc]
    if rooms:
        command.show("make", "lint")
        build()
        command.show("pytest", *paths([*rooms, "crossing"]))


def run_service(name: Service, /, *, python: str = sys.executable) -> None:
    """Test a service and measure its coverage: reports/coverage-NAME.xml.

    Args:
        name: Of the service.
        python: The interpreter, in an environment of its own, for what builds the model is 3.11 alone.

    Raises:
        PlumblineError: A test fails, or the interpreter is not there.
    """
    version = command.run(python, "-c", "import sys; print('%d.%d' % sys.version_info[:2])").strip()
    programs = environments.sync(f"python{version}", Path("requirements/dev.txt"), python)
    command.show("services/predict/build-native", environment={"PYTHON": str(programs / "python")})
    _REPORTS.mkdir(exist_ok=True)
    own = environments.path(programs) | {"COVERAGE_FILE": str(Path(".plumbline/coverage").absolute())}
    measured = [f"--cov=services.{room}" for room in (name, "common")]
    reports = [
        "--cov-report=term",
        f"--cov-report=xml:{_REPORTS}/coverage-{name}.xml",
        f"--junitxml={_REPORTS}/tests-{name}.xml",
    ]
    command.show(
        str(programs / "python"),
        "-m",
        "pytest",
        "services/common",
        f"services/{name}",
        *measured,
        *reports,
        environment=own,
    )
