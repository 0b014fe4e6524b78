"""The versioned data of a small real DVC repository, checked after each thing that can go wrong."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import boto3
import pytest
import yaml

from plumbline.dvc import check_data, lock, remote
from plumbline.kernel.errors import PlumblineError

STAGE = {
    "cmd": "mkdir -p out && cat data/raw.tsv data/raw.tsv > out/copy.tsv && cp rule.txt out/",
    "deps": ["data/raw.tsv", "rule.txt"],
    "outs": ["out"],
}


def dvc(folder: Path, *arguments: str) -> None:
    environment = os.environ | {"PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"}
    subprocess.run(["dvc", *arguments, "--quiet"], cwd=folder, env=environment, check=True, capture_output=True)


@pytest.fixture(scope="module")
def pushed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("pushed")
    subprocess.run(["git", "init", "-q", root], check=True)
    (root / "data").mkdir()
    (root / "data/raw.tsv").write_text("1\n")
    (root / "rule.txt").write_text("rule\n")
    (root / "dvc.yaml").write_text(yaml.safe_dump({"stages": {"copy": STAGE}}))
    dvc(root, "init")
    dvc(root, "remote", "add", "--default", "local", "remote")
    dvc(root, "add", "data/raw.tsv")
    dvc(root, "repro")
    dvc(root, "push")
    return root


@pytest.fixture
def root(pushed: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("PATH", f"{Path(sys.executable).parent}:{os.environ['PATH']}")
    return shutil.copytree(pushed, tmp_path / "root", symlinks=True)


def stored(root: Path, where: str, name: str) -> Path:
    text = (root / name).read_text() if name.endswith(".dvc") else (root / "dvc.lock").read_text()
    content = yaml.safe_load(text)
    out = content["outs"][0] if name.endswith(".dvc") else content["stages"]["copy"]["outs"][0]
    return root / where / "files/md5" / out["md5"][:2] / out["md5"][2:]


def test_a_pushed_repository_has_no_fault(root: Path) -> None:
    assert check_data.faults(root) == []
    assert check_data.tracked(root) == ["data/raw.tsv"]


def test_an_object_that_only_the_cache_holds_asks_for_a_push(root: Path) -> None:
    stored(root, "remote", "data/raw.tsv.dvc").unlink()
    (fault,) = check_data.faults(root)
    assert fault.startswith("data/raw.tsv: object ")
    assert fault.endswith("is not on the remote, only in the local cache; run `dvc push`")


def test_a_list_that_nobody_holds_is_missing(root: Path) -> None:
    for where in ("remote", ".dvc/cache"):
        stored(root, where, "out").unlink()
    (fault,) = remote.missing(root)
    assert fault.startswith("out: object ")
    assert "nor in the local cache" in fault


def test_a_file_of_a_listed_folder_is_missing_though_the_list_is_there(root: Path) -> None:
    listed = yaml.safe_load(stored(root, "remote", "out").read_text())
    rule = next(entry["md5"] for entry in listed if entry["relpath"] == "rule.txt")
    (root / "remote/files/md5" / rule[:2] / rule[2:]).unlink()
    (fault,) = remote.missing(root)
    assert fault.startswith(f"out/rule.txt: object {rule} is not on the remote")


def test_an_object_that_the_remote_holds_in_part_is_named(root: Path) -> None:
    path = stored(root, "remote", "data/raw.tsv.dvc")
    path.chmod(0o644)
    path.write_text("")
    (fault,) = check_data.faults(root)
    assert fault.startswith("data/raw.tsv: object ")
    assert fault.endswith(
        f"on the remote is damaged; delete {path} there, then `dvc push` from a clone that has the file"
    )


def test_an_object_that_s3_holds_in_part_is_named(root: Path, moto: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "tester")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    monkeypatch.setenv("AWS_ENDPOINT_URL", moto)
    client = boto3.client("s3")
    client.create_bucket(Bucket="parts")
    dvc(root, "remote", "add", "--default", "s3", "s3://parts/dvc")
    dvc(root, "push")
    assert remote.missing(root) == []
    for key in [entry["Key"] for entry in client.list_objects_v2(Bucket="parts")["Contents"]]:
        client.put_object(Bucket="parts", Key=key, Body=b"")
    assert len([line for line in remote.missing(root) if "on the remote is damaged" in line]) == 4
    shutil.rmtree(root / ".dvc/cache")
    assert [line for line in remote.missing(root) if line.startswith("data/raw.tsv: ") and "damaged; delete" in line]


def test_data_of_another_branch_asks_for_a_checkout_and_for_no_run(root: Path) -> None:
    (root / "data/raw.tsv").write_text("of another branch\n")
    assert lock.stale(root) == []
    (line,) = lock.strange(root)
    assert line.startswith(
        "data/raw.tsv is not the version that git names: `dvc checkout data/raw.tsv.dvc` brings that"
    )
    assert line.endswith("if it was changed here on purpose, `plumb data version`, then `dvc repro`")


def test_a_model_of_another_branch_asks_for_a_checkout(root: Path) -> None:
    (root / "out/rule.txt").write_text("of another branch\n")
    with pytest.raises(PlumblineError, match="out is not the version that git names: `dvc checkout copy` brings that"):
        lock.refuse_strange(root)


def test_a_folder_that_a_killed_pull_left_in_part_is_none_of_another_version(root: Path) -> None:
    (root / "out/copy.tsv").unlink()
    (root / ".dvcignore").write_text(".*.tmp\n")
    (root / "out/.aB3.tmp").write_text("half")  # as DVC calls what it copies
    lock.refuse_strange(root)
    (root / "out/more.txt").write_text("not git's\n")
    assert [line.split()[0] for line in lock.strange(root)] == ["out"]


def test_an_output_that_dvc_does_not_keep_is_for_its_stage_to_make(root: Path) -> None:
    outs = [{"out": {"cache": False}}]
    (root / "dvc.yaml").write_text(yaml.safe_dump({"stages": {"copy": STAGE | {"outs": outs}}}))
    dvc(root, "repro", "--force")
    (root / "out/copy.tsv").write_text("half")
    lock.refuse_strange(root)


def test_a_corrupted_cache_object_is_found_before_dvc_removes_it(root: Path) -> None:
    path = stored(root, ".dvc/cache", "data/raw.tsv.dvc")
    path.chmod(0o644)
    path.write_text("2\n")
    (fault,) = check_data.faults(root)
    assert fault.startswith("data/raw.tsv: the cached object ")
    assert "is corrupted" in fault


def test_changed_code_and_a_changed_command_make_the_lock_stale(root: Path) -> None:
    (root / "rule.txt").write_text("another rule\n")
    (root / "dvc.yaml").write_text(yaml.safe_dump({"stages": {"copy": STAGE | {"cmd": "true"}}}))
    assert [fault.split(";")[0] for fault in lock.stale(root)] == [
        "dvc.lock is stale: stage copy was run with another command",
        "dvc.lock is stale: stage copy was run with another rule.txt",
    ]


def test_new_data_makes_the_lock_stale_without_the_data(root: Path) -> None:
    record = root / "data/raw.tsv.dvc"
    content = yaml.safe_load(record.read_text())
    content["outs"][0]["md5"] = "0" * 32
    record.write_text(yaml.safe_dump(content))
    (root / "data/raw.tsv").unlink()
    assert [fault.split(";")[0] for fault in lock.stale(root)] == [
        "dvc.lock is stale: stage copy was run with another data/raw.tsv"
    ]


@pytest.mark.parametrize("torn", ["", "schema: '2.0'\n", "schema: '2.0'\nstages:\n  copy:\n    cmd: 'cp"])
def test_what_a_killed_dvc_left_of_the_lock_is_named(root: Path, torn: str) -> None:
    (root / "dvc.lock").write_text(torn)
    with pytest.raises(PlumblineError, match=r"is not whole.*`git restore dvc\.lock`, then `dvc repro`"):
        lock.read(root)


def test_conflict_markers_are_named(root: Path) -> None:
    (root / "dvc.lock").write_text("schema: '2.0'\n<<<<<<< HEAD\nstages: {}\n=======\n>>>>>>> other\n")
    with pytest.raises(PlumblineError, match="marks of a merge conflict: run `plumb data merge`"):
        lock.read(root)


def test_a_remote_that_cannot_be_read_says_what_to_ask_for(root: Path) -> None:
    with pytest.raises(PlumblineError, match="Ask whoever runs the DVC remote for access"):
        remote.missing(root, "nowhere")
