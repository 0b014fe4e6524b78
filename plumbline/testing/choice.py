"""Which files of tests a change touches; where that is not sure, more of them and never fewer.

A test is chosen if what changed is

- the test itself, a `conftest.py` above it, or a file that these import, through however many others;
- a file that one of all these names in a string, by its path, its name, a pattern or a folder that it lies in;
- anything at all, where the test's own code reads or copies the whole tree: `make`, `dvc repro`, `git ls-files`;
- a file that is no Python and lies beside the test, or below it.

What a stage of `dvc.yaml` depends on changes what it leaves. A file that no test reaches, and one that decides how all
tests run, choose everything.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any

import yaml

from plumbline.testing import reach
from plumbline.testing.reach import Reach, Source

_MACHINE = "plumbline/testing"
_DECIDES = ("pyproject.toml", "conftest.py", "requirements", "plumbline/kernel/runtime.env", _MACHINE)
_PIPELINE = "dvc.yaml"


@dataclass
class Choice:
    """The chosen files of tests.

    Attributes:
        tests: Why each was chosen: the changed file, and how the test comes to it.
        everything: Why all tests have to run; None if the chosen ones are enough.
    """

    tests: dict[str, tuple[str, str]] = field(default_factory=dict)
    everything: str | None = None


def choose(changed: Iterable[str], files: Iterable[str], root: Path = Path()) -> Choice:
    """Choose the tests that a change touches.

    Args:
        changed: The files that are changed, added or deleted.
        files: All files of the repository.
        root: The repository.
    """
    given = sorted(changed)
    for file in given:
        if any(file == name or file.startswith(f"{name}/") for name in _DECIDES):
            return Choice(everything=f"{file} decides how tests run")
    graph = Reach({*files, *given}, root, opaque=(_MACHINE,))
    tests = sorted(file for file in graph.files if _is_test(file) and (root / file).exists())
    built = _built(given, root)
    choice = Choice()
    reached: set[str] = set()
    for test in tests:
        own = graph.closure([test, *_conftests(test, graph)])
        found = [(file, how) for file in [*given, *built] if (how := _how(test, file, own, graph))]
        reached.update(built.get(file, file) for file, _ in found)
        if found:
            file, how = min(found, key=lambda item: item[1] == "reads the whole tree")
            choice.tests[test] = (built.get(file, file), how)
    for file in given:
        if file not in reached and not (_is_test(file) and not (root / file).exists()):
            choice.everything = f"no test is known to reach {file}"
    return choice


def _how(test: str, file: str, own: dict[str, list[Source]], graph: Reach) -> str | None:
    if file == test:
        return "is changed"
    if file in own:
        return "imports it"
    beside = "tests" in test.split("/") and PurePosixPath(test).parent in PurePosixPath(file).parents
    if beside and not file.endswith(".py"):
        return "lies beside it"
    naming = graph.naming(file)
    if any(source in naming for sources in own.values() for source in sources):
        return "names it"
    testing = [source for name, sources in own.items() if reach.is_testing(name) for source in sources]
    return "reads the whole tree" if any(source.everything for source in testing) else None


def _built(changed: list[str], root: Path) -> dict[str, str]:
    """Give what the pipeline leaves anew, in the end, with the changed file that is the reason."""
    text = (root / _PIPELINE).read_text(encoding="utf-8") if (root / _PIPELINE).exists() else "{}"
    stages = (yaml.safe_load(text).get("stages") or {}).values()
    reasons = {file: file for file in changed}
    for _ in stages:  # as often as a chain of them can be long
        for stage in stages:
            deps = _paths(stage, "deps", "params")
            for file, reason in [*reasons.items()]:
                if any(file == dep or file.startswith(f"{dep}/") for dep in deps):
                    reasons = dict.fromkeys(_paths(stage, "outs", "metrics"), reason) | reasons
    return {file: reason for file, reason in reasons.items() if file not in changed}


def _paths(stage: dict[str, Any], *kinds: str) -> list[str]:
    items = [item for kind in kinds for item in stage.get(kind, ())]
    return [path for item in items for path in ([item] if isinstance(item, str) else item)]


def _is_test(file: str) -> bool:
    name = PurePosixPath(file).name
    return name.startswith("test_") and name.endswith(".py")


def _conftests(test: str, graph: Reach) -> list[str]:
    above = [parent / "conftest.py" for parent in PurePosixPath(test).parents if parent.name]
    return [str(path) for path in above if str(path) in graph.files]
