"""Version the raw files with DVC in step with git: add, commit, push, and pull."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import yaml
from dvc.utils.serialize import dump_yaml

from plumbline.dvc import call, place, remote
from plumbline.ingest import raw
from plumbline.ingest.extract import Parameters as Extract
from plumbline.kernel import command, hashing, log, table
from plumbline.kernel.config import Directories, Settings, section, settings
from plumbline.kernel.errors import PlumblineError


def add(files: list[Path]) -> None:
    """Put the raw files into DVC's cache and write their `.dvc` files."""
    call.run("add", *map(str, files))


def push(files: list[Path]) -> None:
    """Copy the versions that the `.dvc` files name from DVC's cache to the remote."""
    call.run("push", *[str(raw.record_of(path)) for path in files], advice=place.ACCESS)


def pull(files: list[Path]) -> None:
    """Bring the versions that the `.dvc` files name from the remote; a changed file is not overwritten."""
    try:
        call.run("pull", *[str(raw.record_of(path)) for path in files])
    except PlumblineError as error:
        raise PlumblineError("\n".join(filter(None, [str(error), remote.why()]))) from None


def commit(files: list[Path], also: tuple[Path, ...] = ()) -> None:
    """Add the raw files to DVC and commit their `.dvc` files to git; if either fails, neither remains.

    Other changes, staged or not, stay out of the commit, but for those of `also`. Each `.dvc` file keeps, under `meta`,
    the file's name, path, hash and rows, and the extraction that it came from.

    Raises:
        PlumblineError: A file is absent, or `dvc add` or `git commit` failed; the `.dvc`
            files and git's index are then as they were.
    """
    for folder in {path.parent for path in files}:
        raw.finish(Directories(raw=folder).staging)
    absent = [str(path) for path in files if not path.exists()]
    if absent:
        raise PlumblineError(f"{', '.join(absent)} is not there: run `make data` or `plumb data pull` first")
    records = [raw.record_of(path) for path in files]
    ignores = sorted({path.with_name(".gitignore") for path in files})
    with _restored_on_failure([*records, *ignores, *also]):
        add(files)
        for path, record in zip(files, records, strict=True):
            _describe(path, record)
        ours = [str(path) for path in [*records, *ignores, *also] if path.exists()]
        command.run("git", "add", "--", *ours)
        if not command.run("git", "diff", "--cached", "--name-only", "--", *ours):
            log.get("version").info("no new version: git names this data already")
            return
        command.run("git", "commit", "--quiet", "--message", _message(files), "--only", "--", *ours)


def _describe(path: Path, record: Path) -> None:
    content = yaml.safe_load(record.read_text())
    known = content.get("meta", {})
    meta = {
        "file": path.name,
        "path": path.as_posix(),
        "sha256": hashing.digest(path),
        "rows": _rows(path),
    }
    origin = raw.extraction_of(path, Directories(raw=path.parent).staging)
    if origin:
        del origin["rows"]  # those of both files
        meta["extraction"] = {key: value for key, value in origin.items() if value is not None}
    elif known.get("sha256") == meta["sha256"]:
        return
    content["meta"] = meta
    dump_yaml(str(record), content)  # in DVC's own spelling, which its next `add` leaves as it is


def _rows(path: Path) -> int:
    return sum(len(part) for part in table.parts(path, settings().part_rows))


def _message(files: list[Path]) -> str:
    lines = [f"{path}: {_rows(path)} rows, md5 {raw.named(path)}" for path in files]
    return "\n".join(["Version the raw data", "", *lines])


@contextmanager
def _restored_on_failure(paths: list[Path]) -> Iterator[None]:
    index = Path(command.run("git", "rev-parse", "--git-path", "index").strip())
    saved = index.with_name("index.before-data-version")
    before = {path: path.read_bytes() if path.exists() else None for path in paths}
    if index.exists():
        shutil.copy2(index, saved)
    try:
        yield
    except BaseException:
        for path, content in before.items():
            if content is None:
                path.unlink(missing_ok=True)
            else:
                path.write_bytes(content)
        if saved.exists():
            saved.replace(index)
        else:
            index.unlink(missing_ok=True)
        raise
    finally:
        saved.unlink(missing_ok=True)


_ACTIONS = {"add": add, "commit": commit, "push": push, "pull": pull}


def act(action: str, files: list[Path], environment: Settings) -> None:
    """Do one of `add`, `commit`, `push` and `pull`.

    Raises:
        PlumblineError: The environment is production and the action is not `pull`, or the action fails.
    """
    if action != "pull":
        raw.refuse_in_production(environment, f"`{action}`")
    _ACTIONS[action](files)
    log.get("version").info(action, files=[str(path) for path in files])


def _run_action(action: str) -> None:
    parameters = section(Extract, Path("data/params.yaml"), "extract")
    act(action, [parameters.training, parameters.evaluation], settings())


def fill_cache() -> None:
    """Fill DVC's cache with the raw data, and write its .dvc files."""
    _run_action("add")


def keep() -> None:
    """Add the raw data to DVC and commit its .dvc files to git, both or neither."""
    _run_action("commit")


def share() -> None:
    """Copy the versions of the raw data that git names to the DVC remote."""
    _run_action("push")


def bring() -> None:
    """Bring the version of the raw data that git names; all that production may do."""
    _run_action("pull")
