import hashlib
import json
import os
import subprocess
import sys

import pytest

from plumbline.kernel.errors import PlumblineError
from plumbline.registry.head import Head
from plumbline.registry.ledger import Entry, Fact, Ledger
from plumbline.registry.ledger_file import LedgerFile
from plumbline.testing.repository import ROOT


class MemoryAnchor:
    """Remembers the newest entry of each model."""

    def __init__(self):
        self.heads = {}

    def read(self):
        return list(self.heads.values())

    def write(self, head):
        self.heads[head.model] = head


@pytest.fixture
def anchor():
    return MemoryAnchor()


@pytest.fixture
def book(tmp_path, anchor):
    book = Ledger(LedgerFile(tmp_path / "ledger.jsonl"), anchor, "toys")
    for number in (1, 2, 3):
        book.append(Fact(event="promoted", actor="human:ada", model="toys", version=str(number), reason="für Zoë"))
    return book


def lines(book):
    return book.keeper.path.read_bytes().splitlines(keepends=True)


def chain(entries):
    """Write entries anew so that each hash is right: what a careful forger would do."""
    forged, previous = b"", "0" * 64
    for number, entry in enumerate(entries, start=1):
        content = json.loads(entry) | {"number": number, "previous": previous}
        del content["sha256"]
        text = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        previous = hashlib.sha256(text.encode()).hexdigest()
        forged += Entry(**content, sha256=previous).line()
    return forged


def test_gives_back_what_was_appended_in_order(book):
    assert [(entry.number, entry.version) for entry in book.entries()] == [(1, "1"), (2, "2"), (3, "3")]


def test_remembers_the_newest_entry_though_an_older_one_is_remembered_last(book, anchor, monkeypatch):
    write, fact = anchor.write, Fact(event="promoted", actor="human:bob", model="toys", version="5")

    def slow(head):
        monkeypatch.setattr(anchor, "write", write)
        Ledger(book.keeper, anchor, "toys").append(fact)
        write(head)

    monkeypatch.setattr(anchor, "write", slow)
    book.append(fact.model_copy(update={"version": "4"}))

    newest = book.entries()[-1]
    assert newest.version == "5"
    assert [(head.number, head.sha256) for head in anchor.read()] == [(5, newest.sha256)]


def test_is_empty_before_the_first_entry(tmp_path, anchor):
    assert Ledger(LedgerFile(tmp_path / "none.jsonl"), anchor, "toys").entries() == []


def test_finds_a_change_of_any_byte(book):
    whole = book.keeper.path.read_bytes()
    for position in range(len(whole)):
        edited = bytearray(whole)
        edited[position] ^= 1
        book.keeper.path.write_bytes(edited)
        with pytest.raises(PlumblineError, match="line"):
            book.entries()


@pytest.mark.parametrize("number", [1, 2, 3])
def test_finds_a_removed_line(book, number):
    left = lines(book)
    del left[number - 1]
    book.keeper.path.write_bytes(b"".join(left))

    with pytest.raises(PlumblineError, match="removed"):
        book.entries()


def test_finds_two_lines_that_changed_places(book):
    first, second, third = lines(book)
    book.keeper.path.write_bytes(second + first + third)

    with pytest.raises(PlumblineError, match="line 1: it does not follow"):
        book.entries()


def test_finds_a_line_that_was_repeated(book):
    book.keeper.path.write_bytes(book.keeper.path.read_bytes() + lines(book)[-1])

    with pytest.raises(PlumblineError, match="line 4: it does not follow"):
        book.entries()


def test_finds_spaces_that_change_no_value(book):
    book.keeper.path.write_bytes(book.keeper.path.read_bytes().replace(b'"number":2', b'"number": 2'))

    with pytest.raises(PlumblineError, match="line 2: it is not written as entries are"):
        book.entries()


@pytest.mark.parametrize("left", [0, 1, 40])
def test_finds_a_truncated_file(book, left):
    book.keeper.path.write_bytes(book.keeper.path.read_bytes()[:left])

    with pytest.raises(PlumblineError, match=r"cut off|lines were removed"):
        book.entries()


def test_finds_a_file_that_is_gone(book):
    book.keeper.path.unlink()

    with pytest.raises(PlumblineError, match="ends at line 0 and the model registry has seen line 3"):
        book.entries()


def test_finds_that_the_only_lines_about_another_model_were_cut_off(book):
    book.append(Fact(event="promoted", actor="human:ada", model="trains", version="1"))
    book.keeper.path.write_bytes(b"".join(lines(book)[:3]))

    with pytest.raises(PlumblineError, match="seen line 4, about trains: lines were removed"):
        book.entries()


def test_does_not_see_another_teams_ledger(book, anchor, tmp_path):
    other = Ledger(LedgerFile(tmp_path / "other.jsonl"), anchor, "flats")
    assert other.entries() == []
    other.append(Fact(event="promoted", actor="human:bob", model="flats", version="1"))
    book.append(Fact(event="promoted", actor="human:ada", model="toys", version="4"))

    assert [entry.model for entry in other.entries()] == ["flats"]
    assert len(book.entries()) == 4


def test_a_ledger_of_another_place_does_not_begin_anew_about_the_same_model(book, anchor, tmp_path):
    file = tmp_path / "second.jsonl"
    second = Ledger(LedgerFile(file), anchor, "toys")

    with pytest.raises(PlumblineError, match="which PLUMBLINE_LEDGER names"):
        second.append(Fact(event="promoted", actor="human:bob", model="toys", version="4"))
    assert not file.exists()


def test_takes_up_what_was_remembered_before_ledgers_had_an_identity(book, anchor):
    whole = book.keeper.path.read_bytes()
    anchor.heads = {model: head._replace(ledger=None) for model, head in anchor.heads.items()}
    anchor.heads["flats"] = Head("flats", 9, "f" * 64, None)  # another team's

    book.keeper.path.write_bytes(lines(book)[0])
    with pytest.raises(PlumblineError, match="lines were removed"):
        book.entries()
    book.keeper.path.write_bytes(whole)
    first = book.entries()[0]
    newest = book.append(Fact(event="promoted", actor="human:ada", model="toys", version="4"))

    assert anchor.heads["toys"] == Head("toys", 4, newest.sha256, first.sha256)


def test_finds_a_chain_that_was_written_anew(book):
    book.keeper.path.write_bytes(chain([line.replace(b'"human:ada"', b'"human:bob"') for line in lines(book)]))

    with pytest.raises(PlumblineError, match="line 3: the model registry has seen another"):
        book.entries()


def test_adds_nothing_to_a_ledger_that_does_not_verify(book):
    book.keeper.path.write_bytes(lines(book)[0])

    with pytest.raises(PlumblineError, match="removed"):
        book.append(Fact(event="deployed", actor="human:ada", model="toys"))
    assert len(lines(book)) == 1


def test_goes_on_after_a_death_between_the_line_and_its_anchor(book, anchor):
    before = dict(anchor.heads)
    book.append(Fact(event="promoted", actor="human:ada", model="toys", version="4"))
    anchor.heads = before

    book.append(Fact(event="promoted", actor="human:ada", model="toys", version="5"))

    assert [entry.version for entry in book.entries()] == ["1", "2", "3", "4", "5"]


def test_keeps_every_entry_of_processes_that_append_at_once(tmp_path):
    script = """
import sys
from pathlib import Path
from plumbline.registry.ledger import Fact, Ledger
from plumbline.registry.ledger_file import LedgerFile
class Nothing:
    def read(self): return []
    def write(self, head): pass
book = Ledger(LedgerFile(Path(sys.argv[1])), Nothing(), "toys")
for number in range(10):
    book.append(Fact(event="deployed", actor=f"automation:{sys.argv[2]}", model="toys", version=str(number)))
"""
    file = tmp_path / "ledger.jsonl"
    writers = [
        subprocess.Popen(
            [sys.executable, "-c", script, str(file), str(writer)], env=os.environ | {"PYTHONPATH": str(ROOT)}
        )
        for writer in range(4)
    ]
    assert [writer.wait(300) for writer in writers] == [0, 0, 0, 0]

    entries = Ledger(LedgerFile(file), MemoryAnchor(), "toys").entries()

    for writer in range(4):
        own = [entry.version for entry in entries if entry.actor == f"automation:{writer}"]
        assert own == [str(number) for number in range(10)]
