"""The faults: each is made, must be caught with its own message, and is mended again.

Each takes the world, whose developer's clone is whole and pushed, and returns the message that caught it.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import yaml

from plumbline.proof.drill.plan import PREPROCESSOR, TRAINING
from plumbline.proof.drill.world import DrillError, World

Fault = Callable[[World], str]


def missing_object(world: World) -> str:
    """An object is missing on the remote."""
    oid = _oid(world.developer, "train", "model/artifacts/model.joblib")
    with _without(world, oid):
        clone = world.clone()
        world.run(clone, "dvc", "pull", fails=True)
        output = world.plumb(clone, "data", "check", fails=True)
    return _caught(output, f"object {oid} is not on the remote nor in the local cache")


def missing_list(world: World) -> str:
    """The list of a folder is missing on the remote; `dvc status --cloud` exits with 0 all the same."""
    oid = _oid(world.developer, "bundle", "model/artifacts/bundle")
    with _without(world, oid):
        clone = world.clone()
        world.run(clone, "dvc", "pull", fails=True)
        world.run(clone, "dvc", "status", "--cloud", "--quiet")
        output = world.plumb(clone, "data", "check", fails=True)
    return _caught(output, f"model/artifacts/bundle: object {oid} is not on the remote")


def forgotten_push(world: World) -> str:
    """The data was committed to git and not pushed to the remote."""
    path = world.developer / TRAINING
    before = path.read_bytes()
    path.write_bytes(b"\n".join(before.split(b"\n")[:-2]) + b"\n")
    world.run(world.developer, "dvc", "add", TRAINING)
    output = world.plumb(world.developer, "data", "check", fails=True)
    path.write_bytes(before)
    world.run(world.developer, "dvc", "add", TRAINING)
    return _caught(output, "is not on the remote, only in the local cache; run `dvc push`")


def stale_for_code(world: World) -> str:
    """Code was changed and `dvc repro` was not run."""
    path = world.developer / "model/src/interval.py"
    before = path.read_text()
    path.write_text(before + "\nNEW = 1\n")
    output = world.plumb(world.developer, "data", "check", fails=True)
    path.write_text(before)
    return _caught(output, "dvc.lock is stale: stage train was run with another model/src/interval.py")


def stale_for_data(world: World) -> str:
    """Data was changed and `dvc repro` was not run; seen without the data, in a fresh clone."""
    clone = world.clone()
    path = clone / f"{TRAINING}.dvc"
    record = yaml.safe_load(path.read_text())
    record["outs"][0]["md5"] = "0" * 32
    path.write_text(yaml.safe_dump(record))
    output = world.plumb(clone, "data", "check", fails=True)
    return _caught(output, f"dvc.lock is stale: stage validate was run with another {TRAINING}")


def record_without_data(world: World) -> str:
    """A `.dvc` file is in git, and its data nowhere."""
    oid = yaml.safe_load((world.developer / f"{TRAINING}.dvc").read_text())["outs"][0]["md5"]
    with _without(world, oid):
        output = world.plumb(world.clone(), "data", "check", fails=True)
    return _caught(output, f"{TRAINING}: object {oid} is not on the remote nor in the local cache")


def edited_preprocessor(world: World) -> str:
    """The preprocessor was edited by hand."""
    path = world.developer / PREPROCESSOR
    before = path.read_bytes()
    path.write_bytes(before + b" ")
    output = world.plumb(world.developer, "hashes", fails=True)
    path.write_bytes(before)
    return _caught(output, PREPROCESSOR)


def corrupted_cache(world: World) -> str:
    """An object of the local cache is corrupted."""
    oid = _oid(world.developer, "train", "model/artifacts/model.joblib")
    path = world.developer / ".dvc/cache/files/md5" / oid[:2] / oid[2:]
    before = path.read_bytes()
    path.chmod(0o644)
    path.write_bytes(before[:-1] + bytes([before[-1] ^ 1]))
    output = world.plumb(world.developer, "data", "check", fails=True)
    path.write_bytes(before)
    return _caught(output, f"the cached object {oid} is corrupted")


def conflicting_locks(world: World) -> str:
    """Two branches ran the same stage differently."""
    clone = world.clone()
    world.plumb(clone, "data", "merge")
    path = clone / "dvc.lock"
    before = path.read_text()
    for branch, md5 in (("one", "1" * 32), ("two", "2" * 32)):
        world.run(clone, "git", "switch", "--quiet", "--create", branch, "main")
        lock = yaml.safe_load(before)
        lock["stages"]["evaluate"]["outs"][0]["md5"] = md5
        path.write_text(yaml.safe_dump(lock, sort_keys=False))
        world.run(clone, "git", "commit", "--quiet", "--all", "--message", branch)
    output = world.run(clone, "git", "merge", "--no-edit", "one", fails=True)
    if list(yaml.safe_load(path.read_text())["stages"]) != [
        name for name in yaml.safe_load(before)["stages"] if name != "evaluate"
    ]:
        raise DrillError(f"the merged dvc.lock does not hold the other stages:\n{path.read_text()}")
    return _caught(output, "both branches ran evaluate; run `dvc repro`, then `git add dvc.lock`")


FAULTS: list[Fault] = [
    missing_object,
    missing_list,
    forgotten_push,
    stale_for_code,
    stale_for_data,
    record_without_data,
    edited_preprocessor,
    corrupted_cache,
    conflicting_locks,
]


@contextmanager
def _without(world: World, oid: str) -> Iterator[None]:
    """Remove an object from the remote for as long as the context lasts."""
    content = world.objects().take(oid)
    try:
        yield
    finally:
        world.objects().put(oid, content)


def _oid(clone: Path, stage: str, path: str) -> str:
    outs = yaml.safe_load((clone / "dvc.lock").read_text())["stages"][stage]["outs"]
    return next(str(out["md5"]) for out in outs if out["path"] == path)


def _caught(output: str, message: str) -> str:
    if message not in output:
        raise DrillError(f"the output does not say {message!r}:\n{output[-2000:]}")
    return message
