"""What a stage imports it depends on, and what a room imports routes to its pipeline: by the graph of all imports."""

from pathlib import Path

import grimp
import pytest
import yaml

from plumbline.ci.routing import pipelines, route, workflows
from plumbline.ci.routing.changes import Changes
from plumbline.testing.repository import ROOT

STAGES = yaml.safe_load((ROOT / "dvc.yaml").read_text())["stages"]
ROOMS = {"data": "data.src", "model": "model.src"}


@pytest.fixture(scope="module")
def graph() -> grimp.ImportGraph:
    return grimp.build_graph("data", "model", "plumbline", cache_dir=None)


def file(module: str) -> str:
    path = Path(*module.split("."))
    return str(path.with_suffix(".py") if (ROOT / path.with_suffix(".py")).exists() else path / "__init__.py")


def closure(graph: grimp.ImportGraph, module: str) -> set[str]:
    """Give the files that are run when the module is imported, but for packages that hold nothing."""
    modules = {module, *graph.find_upstream_modules(module)}
    return {
        name for name in map(file, modules) if (ROOT / name).read_text().count('"""') != 2 or "__init__" not in name
    }


def undeclared(graph: grimp.ImportGraph, stage: str) -> list[str]:
    """Name what the stage's script imports and `deps` does not hold, neither as a file nor in a folder."""
    words = STAGES[stage]["cmd"].split()
    script = next(word for word in words if word.endswith(".py"))
    found = closure(graph, script.removesuffix(".py").replace("/", "."))
    return sorted(name for name in found if not any(Path(name).is_relative_to(dep) for dep in STAGES[stage]["deps"]))


@pytest.mark.parametrize("stage", STAGES)
def test_a_stage_depends_on_all_that_its_script_imports(graph: grimp.ImportGraph, stage: str) -> None:
    assert undeclared(graph, stage) == []


def test_an_import_that_is_not_declared_is_found(graph: grimp.ImportGraph, monkeypatch: pytest.MonkeyPatch) -> None:
    fewer = STAGES["train"] | {"deps": [dep for dep in STAGES["train"]["deps"] if dep != "model/src/interval.py"]}
    monkeypatch.setitem(STAGES, "train", fewer)
    assert undeclared(graph, "train") == ["model/src/interval.py"]


@pytest.mark.parametrize("room", ROOMS)
def test_what_a_room_imports_routes_to_its_pipeline(graph: grimp.ImportGraph, room: str) -> None:
    modules = [name for name in graph.modules if name.startswith(ROOMS[room])]
    files = sorted(set().union(*(closure(graph, name) for name in modules)))
    table = pipelines.read()
    elsewhere = [name for name in files if not route.route(Changes([name]), table, ROOT / workflows.FOLDER)[room]]
    assert elsewhere == []
