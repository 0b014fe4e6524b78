"""What the documents name exists: files, make targets, commands and links."""

import re
from pathlib import Path

import pytest

from plumbline.testing.repository import ROOT, run
from plumbline.testing.words import quoted, unknown_commands, unknown_targets

DOCUMENTS = sorted(
    name
    for name in run(ROOT, "git", "ls-files", "--cached", "--others", "--exclude-standard", "*.md").stdout.splitlines()
    if (ROOT / name).exists()
)
# Made by a run, so that a fresh clone does not have them.
MADE = (
    ".dvc/tmp/",
    ".plumbline/",
    ".venv/",
    "reports/",
    "data/raw/",
    "data/processed/",
    "data/features/",
    "model/artifacts/",
)
MADE_FILES = ("data/preprocessor.joblib",)
TOP = {path.name for path in ROOT.iterdir()}


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
    rules = (ROOT / "Makefile").read_text()
    phony = {name for line in re.findall(r"^\.PHONY: (.+)$", rules, flags=re.MULTILINE) for name in line.split()}
    described = set(re.findall(r"^([a-z][a-z-]*):.*## \S", rules, flags=re.MULTILINE))
    assert phony == described
