"""Variables of the environment: ours are settings, and each of other people's is read in one place."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
OURS = ("PLUMBLINE_", "API_", "PREDICT_", "MONITOR_")  # read by plumbline.kernel.config and services.common.settings
CHILDREN = {"PATH"}  # which whoever starts a program extends


def sources() -> dict[str, str]:
    folders = ("plumbline", "services", "data", "model", "benchmarks")
    paths = [path for folder in folders for path in (ROOT / folder).rglob("*.py")]
    found = {str(path.relative_to(ROOT)): path for path in paths}
    return {name: path.read_text() for name, path in found.items() if "tests/" not in name and "conftest" not in name}


def read(text: str) -> Iterator[str]:
    """Name the variables that a program reads by their names."""
    for node in ast.walk(ast.parse(text)):
        match node:
            case ast.Call(func=ast.Attribute(value=ast.Attribute(attr="environ"), attr="get"), args=[name, *_]):
                pass
            case ast.Call(func=ast.Attribute(attr="getenv"), args=[name, *_]):
                pass
            case ast.Subscript(value=ast.Attribute(attr="environ"), slice=name, ctx=ast.Load()):
                pass
            case ast.Compare(left=name, ops=[ast.In() | ast.NotIn()], comparators=[ast.Attribute(attr="environ")]):
                pass
            case _:
                continue
        if isinstance(name, ast.Constant):
            yield str(name.value)
        elif isinstance(name, ast.JoinedStr) and isinstance(name.values[0], ast.Constant):
            yield f"{name.values[0].value}*"


def faults(texts: dict[str, str]) -> list[str]:
    """Say which of our variables is no setting, and which other one is read in two places."""
    places: dict[str, set[str]] = {}
    for file, text in texts.items():
        for name in read(text):
            places.setdefault(name, set()).add(file)
    prefixes = [name.removesuffix("*") for name in places if name.endswith("*")]
    found = [f"{name} is no setting in {file}" for name in places if name.startswith(OURS) for file in places[name]]
    for name, files in places.items():
        within = {file for prefix in prefixes if name.startswith(prefix) for file in places[f"{prefix}*"]}
        if len(files | within) > 1 and name not in CHILDREN:
            found.append(f"{name} is read in {', '.join(sorted(files | within))}")
    return found


def test_our_variables_are_settings_and_each_other_one_is_read_in_one_place() -> None:
    assert faults(sources()) == []


@pytest.mark.parametrize(
    ("texts", "fault"),
    [
        ({"a.py": "os.environ.get('PLUMBLINE_LEDGER')"}, "PLUMBLINE_LEDGER is no setting in a.py"),
        ({"a.py": "os.getenv('API_PORT', '1')"}, "API_PORT is no setting in a.py"),
        ({"a.py": "os.environ['HOME_OF']", "b.py": "'HOME_OF' in os.environ"}, "HOME_OF is read in a.py, b.py"),
        (
            {"a.py": "os.environ.get(f'MLFLOW_{name}')", "b.py": "os.environ['MLFLOW_X']"},
            "MLFLOW_X is read in a.py, b.py",
        ),
        ({"a.py": "os.environ['PATH']; os.environ['X'] = '1'", "b.py": "os.environ['PATH']"}, ""),
    ],
)
def test_a_raw_reading_is_found(texts: dict[str, str], fault: str) -> None:
    assert faults(texts) == ([fault] if fault else [])
