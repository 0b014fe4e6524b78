"""What CI brings into a clone, with real git and real DVC."""

from pathlib import Path

import pytest

from plumbline.dvc import ci_data
from plumbline.kernel.errors import PlumblineError
from plumbline.testing.repository import run


@pytest.fixture
def clone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A clone without data, the working directory; the data is in the folder `remote` beside it."""
    source, copy = tmp_path / "source", tmp_path / "clone"
    source.mkdir()
    run(source, "git", "init", "--quiet")
    run(source, "dvc", "init", "--quiet")
    (source / "rows.tsv").write_text("1\n")
    run(source, "dvc", "add", "--quiet", "rows.tsv")
    run(source, "git", "add", "-A")
    run(source, "git", "-c", "user.name=Tester", "-c", "user.email=tester@example.com", "commit", "-qm", "Start")
    run(tmp_path, "git", "clone", "--quiet", str(source), str(copy))
    run(source, "dvc", "remote", "add", "--default", "there", str(tmp_path / "remote"))
    run(source, "dvc", "push", "--quiet")
    monkeypatch.chdir(copy)
    return copy


def test_the_shared_remote_fills_the_clone_and_git_sees_no_change(clone: Path) -> None:
    ci_data.pull(str(clone.parent / "remote"))
    assert (clone / "rows.tsv").read_text() == "1\n"
    assert run(clone, "git", "status", "--porcelain").stdout == ""


def test_what_the_remote_lacks_is_an_error_that_says_what_to_do(clone: Path) -> None:
    with pytest.raises(PlumblineError, match="must run `dvc push`"):
        ci_data.pull(str(clone.parent / "empty"))


def test_a_url_with_a_password_is_refused(clone: Path) -> None:
    with pytest.raises(PlumblineError, match="holds a password"):
        ci_data.pull("s3://user:secret@bucket")
