"""Data: the remote of a fresh clone, edits by hand, branches, damaged objects, what killed processes leave."""

import itertools
import json
import os
from pathlib import Path

import yaml

from tests.acceptance.everyday.world import BORROWED, Clone, World

_RAW = Path("data/raw/training_data.tsv")


def pull_in_a_fresh_clone(world: World) -> None:
    """A pull in a fresh clone says that the remote lies inside it, and what to do."""
    clone = world.fresh()
    for words in (("data", "pull"), ("model", "pull"), ("data", "check")):
        text = clone.refused("plumb", *words)
        assert "lies inside this clone" in text, text
        assert "AWS_" not in text, text
    assert "make data pipeline" in clone.run("plumb", "data", "remote")


def shared_remote(world: World) -> None:
    """One command moves everything to a shared remote; then a plain `dvc pull` brings it to any clone."""
    clone, shared = world.built(), world.folder()
    before = clone.run("git", "rev-parse", "HEAD").strip()
    clone.run("plumb", "data", "remote", str(shared))
    assert clone.run("git", "diff", "--name-only", before, "HEAD") == ".dvc/config\n"
    another = world.fresh(clone)
    another.run("dvc", "pull")
    for name in (_RAW, Path("model/artifacts/model.joblib"), Path("model/artifacts/bundle/manifest.json")):
        assert (another.root / name).read_bytes() == (clone.root / name).read_bytes(), name


def damaged_object(world: World) -> None:
    """An object that the remote holds in part is not called whole."""
    clone = world.built()
    clone.run("plumb", "data", "check")
    largest = max((clone.root / ".plumbline/dvc-remote").rglob("??/*"), key=lambda path: path.stat().st_size)
    largest.chmod(0o644)
    os.truncate(largest, 10)
    assert str(largest) in clone.refused("plumb", "data", "check")


def _edit(clone: Clone) -> None:
    lines = (clone.root / _RAW).read_text().splitlines(keepends=True)
    (clone.root / _RAW).unlink()
    (clone.root / _RAW).write_text("".join(lines[:-1]))


def edited_by_hand(world: World) -> None:
    """The lineage of raw data that was edited and given to `dvc add` says so beside the query."""
    clone = world.built()
    _edit(clone)
    clone.run("dvc", "add", "--quiet", str(_RAW))
    clone.run("dvc", "repro", "--quiet")
    clone.run("plumb", "release", "register")
    assert f"which did not give {_RAW}: edited by hand since" in clone.run(
        "plumb", "release", "lineage", "--version", "2"
    )
    assert "edited by hand" not in clone.run("plumb", "release", "lineage", "--version", "1")


def forgotten_checkout(world: World) -> None:
    """After a switch of branches a forgotten `dvc checkout` is called that, and no stage is run on the other's data."""
    clone = world.built()
    clone.run("git", "switch", "--quiet", "--create", "other")
    _edit(clone)
    clone.run("plumb", "data", "version")
    clone.run("git", "switch", "--quiet", "main")
    for words in (("model", "pull"), ("model", "check")):
        text = clone.refused("plumb", *words)
        assert f"`dvc checkout {_RAW}.dvc`" in text, text
        assert "forgot" not in text, text
    clone.run("dvc", "checkout", "--quiet")
    clone.run("plumb", "model", "check")


def one_hash(world: World) -> None:
    """A file of one hash names the artifacts that it says nothing of."""
    clone = world.built()
    expected = clone.root / "expected_hashes.txt"
    known = dict(line.split() for line in expected.read_text().splitlines() if not line.startswith("#"))
    expected.write_text(known["data/preprocessor.joblib"] + "\n")
    said = clone.run("plumb", "hashes")
    assert not [name for name in known if name != "data/preprocessor.joblib" and name not in said], said


def leftovers_of_killed_processes(world: World) -> None:
    """What a killed DVC leaves in .dvc/tmp stops neither plumb nor make, and what is removed is said."""
    clone = world.built()
    lock = clone.root / ".dvc/tmp/rwlock"
    dead = {"write": {str(clone.root / _RAW): {"pid": 2**22 + 1, "cmd": "dvc repro"}}}
    contents = itertools.cycle(("", '{"half', json.dumps(dead)))
    for words in (
        ("plumb", "data", "add"),
        ("plumb", "data", "push"),
        ("plumb", "model", "pull"),
        ("make", "pipeline"),
    ):
        lock.write_text(next(contents))
        said = clone.run(*words, **BORROWED)
        assert ".dvc/tmp/rwlock: removed" in said, f"{words}: {said}"


def other_data_of_the_record(world: World) -> None:
    """`plumb data version` keeps an edit by hand without the extraction that did not make it."""
    clone = world.built()
    _edit(clone)
    clone.run("plumb", "data", "version")
    assert "extraction" not in yaml.safe_load((clone.root / f"{_RAW}.dvc").read_text())["meta"]


CASES = (
    pull_in_a_fresh_clone,
    shared_remote,
    damaged_object,
    edited_by_hand,
    other_data_of_the_record,
    forgotten_checkout,
    one_hash,
    leftovers_of_killed_processes,
)
