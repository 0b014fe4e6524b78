"""DVC's version and git's commit come together or not at all, and the remote says what to ask for."""

import shutil
import subprocess
from pathlib import Path

import boto3
import pytest
import yaml

from plumbline.dvc import remote
from plumbline.dvc.set_remote import move, set_remote
from plumbline.ingest import raw, version
from plumbline.ingest.connections import connect
from plumbline.ingest.extract import Parameters, extract, load
from plumbline.kernel import hashing
from plumbline.kernel.config import settings
from plumbline.kernel.errors import PlumblineError
from plumbline.testing.repository import run
from plumbline.tests.ingest.conftest import SHOP, rows


@pytest.fixture
def files(repository: Path, parameters: Parameters) -> list[Path]:
    """Both raw files, extracted and not yet versioned."""
    rows(40).to_csv("shop.tsv", sep="\t", index=False)
    load(extract(connect("shop.tsv"), parameters, SHOP), parameters, SHOP, new_version=False)
    return [parameters.training, parameters.evaluation]


def git(*arguments: str) -> str:
    return subprocess.check_output(["git", *arguments], text=True)


def test_a_version_is_one_commit_of_the_records_alone(files: list[Path]) -> None:
    Path("other.txt").write_text("mine")
    git("add", "other.txt")
    version.commit(files)
    committed = git("show", "--name-only", "--format=", "HEAD").split()
    assert committed == ["data/raw/.gitignore", "data/raw/evaluation.tsv.dvc", "data/raw/training.tsv.dvc"]
    assert git("diff", "--cached", "--name-only").split() == ["other.txt"]


def test_the_record_says_what_the_file_is_and_where_it_came_from(files: list[Path], parameters: Parameters) -> None:
    version.commit(files)
    meta = yaml.safe_load(Path("data/raw/training.tsv.dvc").read_text())["meta"]
    assert meta["file"] == "training.tsv"
    assert meta["path"] == "data/raw/training.tsv"
    assert meta["sha256"] == hashing.digest(files[0])
    assert meta["rows"] == 27
    assert meta["extraction"]["query"] == parameters.query
    assert meta["extraction"]["parameters"] == {"last_year": 2020}


def test_a_file_edited_by_hand_is_a_version_without_a_query(files: list[Path]) -> None:
    version.commit(files)
    files[0].write_text(files[0].read_text().replace("red", "blue"))
    version.commit(files)
    meta = yaml.safe_load(Path("data/raw/training.tsv.dvc").read_text())["meta"]
    assert "extraction" not in meta
    assert meta["sha256"] == hashing.digest(files[0])


@pytest.mark.parametrize("again", ["version", "dvc add"])
def test_only_what_an_extraction_wrote_is_not_edited_by_hand(files: list[Path], again: str) -> None:
    assert not raw.by_hand(files[0])
    version.commit(files)
    shutil.rmtree(".plumbline/staging")  # another clone
    assert not raw.by_hand(files[0])
    files[0].write_text(files[0].read_text().replace("red", "blue"))
    assert raw.by_hand(files[0])
    version.commit(files) if again == "version" else version.add(files)
    assert raw.by_hand(files[0])
    assert not raw.by_hand(files[1])


def test_a_pull_from_a_remote_inside_the_clone_says_where_it_is_and_what_to_do(files: list[Path]) -> None:
    run(Path(), "dvc", "remote", "add", "--default", "local", "store")
    version.commit(files)
    shutil.rmtree(".dvc/cache")
    files[0].unlink()
    with pytest.raises(PlumblineError, match=r"(?s)Missing cache files.*store, lies inside this clone") as caught:
        version.pull(files)
    assert "AWS" not in str(caught.value)
    assert "plumb data remote URL" in str(caught.value)


def test_a_pull_of_what_nobody_pushed_names_it(files: list[Path], tmp_path_factory: pytest.TempPathFactory) -> None:
    set_remote(str(tmp_path_factory.mktemp("shared")))
    version.commit(files)
    shutil.rmtree(".dvc/cache")
    files[0].unlink()
    with pytest.raises(PlumblineError, match=r"training.tsv: object .* whoever made it must run `dvc push`"):
        version.pull(files)


def test_another_remote_holds_everything_and_is_one_commit(
    files: list[Path], tmp_path_factory: pytest.TempPathFactory
) -> None:
    run(Path(), "dvc", "remote", "add", "--default", "local", "store")
    version.commit(files)
    version.push(files)
    shutil.rmtree(".dvc/cache")  # what only the remote before holds is brought along
    Path("other.txt").write_text("mine")
    git("add", "other.txt")
    shared = tmp_path_factory.mktemp("shared")

    move(str(shared))

    assert remote.missing() == []
    assert git("show", "--name-only", "--format=%s", "HEAD").split("\n\n") == [
        f"Keep the data at {shared}",
        ".dvc/config\n",
    ]
    head = git("rev-parse", "HEAD")
    move(str(shared))
    assert git("rev-parse", "HEAD") == head
    another = tmp_path_factory.mktemp("clones") / "another"
    git("clone", "--quiet", ".", str(another))
    run(another, "dvc", "pull")
    assert (another / files[0]).read_bytes() == files[0].read_bytes()


def test_a_remote_that_does_not_get_everything_is_not_set(files: list[Path], tmp_path: Path) -> None:
    version.commit(files)
    before = Path(".dvc/config").read_bytes()
    shutil.rmtree(".dvc/cache")
    for path in files:
        path.unlink()
    with pytest.raises(PlumblineError, match="`make data pipeline` builds what is not here"):
        move(str(tmp_path / "shared"))
    assert Path(".dvc/config").read_bytes() == before


def test_the_same_data_again_is_no_new_version(files: list[Path]) -> None:
    version.commit(files)
    head = git("rev-parse", "HEAD")
    version.add(files)
    version.commit(files)
    assert git("rev-parse", "HEAD") == head
    assert git("status", "--porcelain", "--untracked-files=no") == ""


@pytest.mark.parametrize("first", [True, False])
def test_a_commit_that_fails_leaves_no_record(files: list[Path], first: bool) -> None:
    if not first:
        version.commit(files)
        files[0].write_text(files[0].read_text().replace("red", "blue"))
    hook = Path(".git/hooks/pre-commit")
    hook.parent.mkdir(exist_ok=True)
    hook.write_text("#!/bin/sh\necho not today >&2\nexit 1\n")
    hook.chmod(0o755)
    before = git("status", "--porcelain"), git("rev-parse", "HEAD")
    records = {path: path.read_bytes() for path in Path("data/raw").glob("*.dvc")}
    data = [path.read_bytes() for path in files]

    with pytest.raises(PlumblineError, match="not today"):
        version.commit(files)

    assert (git("status", "--porcelain"), git("rev-parse", "HEAD")) == before
    assert {path: path.read_bytes() for path in Path("data/raw").glob("*.dvc")} == records
    assert [path.read_bytes() for path in files] == data


def test_an_add_that_fails_leaves_no_commit(files: list[Path]) -> None:
    head = git("rev-parse", "HEAD")
    Path(".dvc/config").write_text("[nonsense\n")
    with pytest.raises(PlumblineError, match="dvc add"):
        version.commit(files)
    assert git("rev-parse", "HEAD") == head
    assert not list(Path("data/raw").glob("*.dvc"))


def test_what_a_killed_dvc_left_stops_nothing(files: list[Path]) -> None:
    Path(".dvc/tmp").mkdir(exist_ok=True)
    Path(".dvc/tmp/rwlock").write_text('{"half')
    version.add(files)
    assert all(Path(f"{path}.dvc").exists() for path in files)


@pytest.mark.parametrize("action", ["add", "commit", "push"])
def test_production_refuses_to_add_and_push(files: list[Path], monkeypatch: pytest.MonkeyPatch, action: str) -> None:
    monkeypatch.setenv("PLUMBLINE_ENV", "production")
    with pytest.raises(PlumblineError, match="only pulls"):
        version.act(action, files, settings())
    assert not list(Path("data/raw").glob("*.dvc"))


def test_absent_data_is_not_versioned(room: Path) -> None:
    with pytest.raises(PlumblineError, match="make data"):
        version.commit([Path("data/raw/training.tsv")])


@pytest.fixture
def bucket(repository: Path, moto: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """An S3 server with one bucket, the DVC remote of the repository."""
    monkeypatch.setenv("AWS_ENDPOINT_URL", moto)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "tester")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "tester")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    boto3.client("s3").create_bucket(Bucket="versions")
    set_remote("s3://versions/dvc")
    return "versions"


def test_production_pulls_what_another_clone_pushed_to_s3(
    bucket: str, files: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    version.commit(files)
    version.push(files)
    data = [path.read_bytes() for path in files]
    shutil.rmtree(".dvc/cache")
    for path in files:
        path.unlink()
    monkeypatch.setenv("PLUMBLINE_ENV", "production")
    version.act("pull", files, settings())
    assert [path.read_bytes() for path in files] == data


def test_a_clone_without_access_is_told_what_to_ask_for(
    bucket: str, files: list[Path], monkeypatch: pytest.MonkeyPatch, room: Path
) -> None:
    version.commit(files)
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("HOME", str(room))
    with pytest.raises(PlumblineError, match="Ask whoever runs the DVC remote for access") as caught:
        version.push(files)
    assert "AWS_PROFILE" in str(caught.value)


@pytest.mark.parametrize(
    ("url", "message"),
    [
        ("", "no URL"),
        ("ftp://x/y", "ftp://x/y is neither"),
        ("s3://", "neither"),
        ("s3://key:secret@bucket/x", "password"),
    ],
)
def test_a_wrong_remote_is_refused(repository: Path, url: str, message: str) -> None:
    before = Path(".dvc/config").read_text()
    with pytest.raises(PlumblineError, match=message):
        set_remote(url)
    assert Path(".dvc/config").read_text() == before


def test_a_folder_as_remote_is_written_as_an_absolute_path(repository: Path) -> None:
    set_remote("store")
    assert run(repository, "dvc", "remote", "list").stdout.split()[:2] == ["storage", str(repository / "store")]
