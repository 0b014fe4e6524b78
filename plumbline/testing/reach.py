"""What a Python file reaches: the files that it imports, and those that its strings name.

Strings count, because tests start programs by their module, as in `python -m tests.cluster`, and read files that are no
Python. grimp, which the walls stand on, sees imports between packages alone; folders of tests are none.
"""

import ast
import re
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path, PurePosixPath

_DOTTED = re.compile(r"[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)+")
_ENTRY = "plumbline.cli.__main__"  # what the word `plumb` runs
_TABLE = "plumbline"  # the table of commands names modules below it
_COPIES = "plumbline.proof.worktree"
# A command, or the word that it begins with, at the start of a string or of a command in a line of shell; in prose, a
# program's name stands within a sentence.
_START = r"(?:^|[;&|(\n]|\b(?:exec|then|do|else)\b)\s*(?:\w+=\S*\s+)*(?:\S*/)?"
_PLUMB = re.compile(_START + r"plumb(?:\s|$)")
_WHOLE_TREE = re.compile(_START + r"(?:make|(?:dvc )?repro|(?:git )?ls-files)(?:\s|$)")  # they read whatever there is
_PATHS = {"Path", "PurePosixPath", "joinpath", "glob", "rglob"}


class Source:
    """What some statements of one file say.

    Attributes:
        modules: Dotted names that they import or name, as they are written.
        words: What may be a path or a pattern of paths.
        identifiers: Names that they use; a fixture is used by the name of a parameter.
        everything: Whether they read or copy the whole tree.
        always: Whether pytest uses them though nobody names them.
    """

    def __init__(self, statements: Iterable[ast.stmt], package: str) -> None:
        self.modules: set[str] = set()
        self.words: set[str] = set()
        self.identifiers: set[str] = set()
        self.everything = self.always = False
        tree = ast.Module([*statements], [])
        documentation = set(_docstrings(tree))
        for node in ast.walk(tree):
            if isinstance(node, ast.Import):
                self.modules.update(alias.name for alias in node.names)
            elif isinstance(node, ast.ImportFrom):
                module = _absolute(node, package)
                self.modules.update([module, *(f"{module}.{alias.name}" for alias in node.names)])
            elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div):
                self.words.update(_texts([node.left, node.right]))
            elif isinstance(node, ast.Call):
                self._call(node)
            elif isinstance(node, ast.JoinedStr):  # what stands before a gap is a folder, and a part of a name
                self.words.update(text.rpartition("/")[0] for text in _texts(node.values))
            elif isinstance(node, ast.Constant) and isinstance(node.value, str) and node not in documentation:
                self._string(node.value)
            elif isinstance(node, ast.Name | ast.arg | ast.Attribute | ast.alias):
                self.identifiers.update(
                    getattr(node, field) for field in ("id", "arg", "attr", "name") if hasattr(node, field)
                )
        self.everything |= _COPIES in self.modules

    def _call(self, node: ast.Call) -> None:
        name = getattr(node.func, "attr", getattr(node.func, "id", ""))
        self.always |= any(keyword.arg == "autouse" for keyword in node.keywords)
        if name in _PATHS:
            self.words.update(_texts(node.args))
        if name in ("glob", "rglob", "iterdir") and getattr(getattr(node.func, "value", None), "id", "") == "ROOT":
            self.everything |= not set(_texts(node.args)) - {"*", "**/*"}

    def _string(self, value: str) -> None:
        words = value.split()
        self.identifiers.update(words)
        self.everything |= bool(_WHOLE_TREE.search(value))
        self.words.update(word for word in words if "/" in word or "." in word)
        dotted = _DOTTED.findall(value.replace(":", "."))
        self.modules.update(dotted, (f"{_TABLE}.{name}" for name in dotted), [_ENTRY] if _PLUMB.search(value) else [])


class Reach:
    """The files that others reach, by the graph of all of them.

    Of a `conftest.py` only those definitions count that are used, for tests share it that have nothing else in common.

    Args:
        files: The paths of the repository, from its root.
        root: Where they are; one that is not there any more is still found by its name.
        opaque: Folders whose files are not looked into.
    """

    def __init__(self, files: Iterable[str], root: Path, opaque: tuple[str, ...] = ()) -> None:
        self._root = root
        self._opaque = tuple(f"{folder}/" for folder in opaque)
        self.files = frozenset(files)
        self._modules = {_module(name): name for name in self.files if name.endswith(".py")}

    @cache  # noqa: B019 - lives as long as one choice
    def parts(self, file: str) -> dict[str, Source]:
        """Give what a Python file says, by definition in a `conftest.py`; nothing for one that is deleted."""
        package = str(PurePosixPath(file).parent).replace("/", ".")
        try:
            body = ast.parse((self._root / file).read_text(encoding="utf-8")).body
        except (OSError, SyntaxError, ValueError):
            return {}
        return _divided(body, package) if file.endswith("conftest.py") else {"": Source(body, package)}

    def closure(self, start: Iterable[str]) -> dict[str, list[Source]]:
        """Give the files that are reached from some, and these, with what is used of each."""
        reached: dict[str, dict[str, Source]] = {file: {} for file in start}
        used: set[str] = set()
        while new := [
            (file, name, source)
            for file, known in reached.items()
            for name, source in self.parts(file).items()
            if name not in known and (not name or name in used or source.always or name.startswith("pytest_"))
        ]:
            for file, name, source in new:
                reached[file][name] = source
                for found in self._found(frozenset(source.modules)):
                    if not found.startswith(self._opaque):
                        reached.setdefault(found, {})
                used |= source.identifiers if is_testing(file) else set()
        return {file: list(known.values()) for file, known in reached.items()}

    @cache  # noqa: B019
    def naming(self, file: str) -> frozenset[Source]:
        """Give the sources whose strings name `file`."""
        sources = [source for name in self.files if name.endswith(".py") for source in self.parts(name).values()]
        return frozenset(source for source in sources if any(names(word, file) for word in source.words))

    @cache  # noqa: B019
    def _found(self, written: frozenset[str]) -> list[str]:
        """Give the files of modules and of the packages that they lie in; one that is named may be run."""
        parts = [name.split(".") for name in written]
        modules = {".".join(words[:end]) for words in parts for end in range(1, len(words) + 1)}
        return [self._modules[name] for item in modules for name in (item, f"{item}.__main__") if name in self._modules]


def is_testing(file: str) -> bool:
    """Tell whether a file is a test or serves tests."""
    return "tests" in file.split("/")[:-1] or PurePosixPath(file).name == "conftest.py"


def names(word: str, file: str) -> bool:
    """Tell whether a word, which may be a pattern, is a part of a file's path: its name, or folders."""
    wanted = re.sub(r"^(\.{0,2}/)+", "", word).rstrip("/")
    if "*" in wanted:
        return bool(wanted.strip("*/.")) and PurePosixPath(file).match(wanted.removeprefix("**/"))
    return bool(wanted) and f"/{wanted}/" in f"/{file}/"


def _module(file: str) -> str:
    return file.removesuffix(".py").removesuffix("/__init__").replace("/", ".")


def _divided(body: list[ast.stmt], package: str) -> dict[str, Source]:
    """Tell apart the definitions, each with the imports that it uses, and what is run whenever the file is."""
    imports = [node for node in body if isinstance(node, ast.Import | ast.ImportFrom)]
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
    defined: dict[str, list[ast.stmt]] = {node.name: [node] for node in body if isinstance(node, kinds)}
    rest: list[ast.stmt] = [node for node in body if not isinstance(node, kinds) and node not in imports]
    found = {}
    for name, statements in {"": rest, **defined}.items():
        used = Source(statements, package).identifiers
        found[name] = Source([*statements, *(node for node in imports if not used.isdisjoint(_bound(node)))], package)
    return found


def _bound(node: ast.Import | ast.ImportFrom) -> list[str]:
    return [alias.asname or alias.name.partition(".")[0] for alias in node.names]


def _absolute(node: ast.ImportFrom, package: str) -> str:
    above = package.split(".")
    start = above[: len(above) - node.level + 1] if node.level else []
    return ".".join([*start, *([node.module] if node.module else [])])


def _texts(nodes: Iterable[ast.expr]) -> Iterator[str]:
    for node in nodes:
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value:
            yield node.value


def _docstrings(tree: ast.AST) -> Iterator[ast.Constant]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            yield node.value
