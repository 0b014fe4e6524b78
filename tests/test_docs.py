"""What the documents name exists: files, make targets, commands and links."""

import re
from pathlib import Path

import pytest

from plumbline.cli import table
from tests.conftest import ROOT, run

DOCUMENTS = sorted(
    name
    for name in run(ROOT, "git", "ls-files", "--cached", "--others", "--exclude-standard", "*.md").stdout.splitlines()
    if (ROOT / name).exists()
)
# Made by a run, so that a fresh clone does not have them.
MADE = (".plumbline/", ".venv/", "reports/", "data/raw/", "data/processed/", "data/features/", "model/artifacts/")
MADE_FILES = ("data/preprocessor.joblib",)
TOP = {path.name for path in ROOT.iterdir()}


def targets() -> set[str]:
    rules = "\n".join(path.read_text() for path in [ROOT / "Makefile", *ROOT.glob("make/*.mk")])
    return set(re.findall(r"^([a-z][a-z-]*):", rules, flags=re.MULTILINE))


def quoted(text: str) -> list[str]:
    """Give what stands in backticks and the lines of code blocks."""
    blocks = re.findall(r"^```.*?\n(.*?)^```", text, flags=re.DOTALL | re.MULTILINE)
    rest = re.sub(r"^```.*?^```", "", text, flags=re.DOTALL | re.MULTILINE)
    return [line for block in blocks for line in block.splitlines()] + re.findall(r"`([^`\n]+)`", rest)


def missing_paths(document: Path, text: str) -> list[str]:
    found = []
    for piece in quoted(text):
        for word in re.findall(r"[\w.@-]+(?:/[\w.@*-]+)*/?", piece):
            first = word.split("/")[0]
            if first not in TOP or "/" not in word or f"{word}/".startswith(MADE) or word in MADE_FILES:
                continue
            if not list(ROOT.glob(word.rstrip("/"))):
                found.append(word)
    links = re.findall(r"\]\((?!https?:|#|mailto:)([^)#\s]+)", text)
    return found + [link for link in links if not (document.parent / link).exists()]


def unknown_targets(text: str) -> list[str]:
    named = [match for piece in quoted(text) for match in re.findall(r"\bmake ((?:[a-z][a-z-]* ?)+)", piece)]
    return [target for names in named for target in names.split() if target not in targets()]


def unknown_commands(text: str) -> list[str]:
    """Name what follows `plumb` and is neither a command nor a group with one of its commands."""
    known = {(*filter(None, [group.name]), command.name) for group in table.GROUPS for command in group.commands}
    known |= {(group.name,) for group in table.GROUPS} | {("completion",), ("GROUP",)}
    found = []
    for piece in quoted(text):
        for words in re.findall(r"(?:^|[\s`(])plumb ([A-Za-z][\w-]*(?: [a-z][a-z-]*)?)", piece):
            group, _, command = words.partition(" ")
            alone = (group,) in known and group not in {entry.name for entry in table.GROUPS}
            if not alone and ((group, command) if command else (group,)) not in known:
                found.append(words)
    return found


@pytest.mark.parametrize("name", DOCUMENTS)
def test_what_a_document_names_exists(name: str) -> None:
    text = (ROOT / name).read_text()
    assert missing_paths(ROOT / name, text) == []
    assert unknown_targets(text) == []
    assert unknown_commands(text) == []


def test_a_name_that_does_not_exist_is_found() -> None:
    text = "`make demo nonsense`, `plumbline/nowhere.py`, `plumbline/kernel/log.py`, [here](docs/nowhere.md)"
    assert unknown_targets(text) == ["nonsense"]
    assert missing_paths(ROOT / "README.md", text) == ["plumbline/nowhere.py", "docs/nowhere.md"]


def test_a_command_that_does_not_exist_is_found() -> None:
    text = "`plumb demo`, `plumb release promote 3`, `plumb release demote 3`, `plumb nonsense`, `plumb demo 3`"
    assert unknown_commands(text) == ["release demote", "nonsense"]


def test_every_target_has_a_sentence_in_the_help() -> None:
    rules = "\n".join(path.read_text() for path in [ROOT / "Makefile", *ROOT.glob("make/*.mk")])
    phony = {name for line in re.findall(r"^\.PHONY: (.+)$", rules, flags=re.MULTILINE) for name in line.split()}
    described = set(re.findall(r"^([a-z][a-z-]*):.*## \S", rules, flags=re.MULTILINE))
    assert phony == described
