"""The ledger on a branch of its own, with real git."""

from pathlib import Path

import pytest

from plumbline.ci import ledger_branch
from plumbline.kernel.errors import PlumblineError
from plumbline.testing.repository import run


def test_the_ledger_outlives_the_clone_that_wrote_it(tmp_path: Path) -> None:
    origin = tmp_path / "origin.git"
    run(tmp_path, "git", "init", "--quiet", "--bare", str(origin))
    for name in ("first", "second"):
        clone = tmp_path / name
        run(tmp_path, "git", "clone", "--quiet", str(origin), str(clone))
        if name == "first":
            git = ("git", "-c", "user.name=Tester", "-c", "user.email=tester@example.com")
            run(clone, *git, "commit", "--quiet", "--allow-empty", "-m", "Start")
            run(clone, "git", "push", "--quiet", "origin", "HEAD")
        ledger_branch.get(clone)
        with (clone / "ledger/ledger.jsonl").open("a") as file:
            file.write(f"{name}\n")
        assert ledger_branch.put(f"Record {name}", clone)
        assert not ledger_branch.put("Nothing", clone)
    assert run(origin, "git", "show", "ledger:ledger.jsonl").stdout == "first\nsecond\n"


def test_the_ledger_cannot_be_put_before_it_was_fetched(tmp_path: Path) -> None:
    with pytest.raises(PlumblineError, match="run `plumb ci ledger-get` before"):
        ledger_branch.put("Record", tmp_path)
