"""Follow a prediction or a version back to the warehouse query, or data forward to the versions built from it.

Each link is checked against the thing that it names, not only printed.
"""

import hashlib
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mlflow.entities.model_registry import ModelVersion
from mlflow.exceptions import MlflowException

from plumbline import tracking
from plumbline.bundle import reading
from plumbline.bundle.files import Lineage
from plumbline.kernel import git, hashing
from plumbline.kernel.errors import PlumblineError
from plumbline.registry import answers, history, registry, release
from plumbline.registry.register import BY_HAND
from plumbline.registry.registry import Registry

_MD5 = re.compile(r"[0-9a-f]{6,32}")


@dataclass(frozen=True)
class Link:
    """One thing of a chain.

    Attributes:
        depth: How far along the chain it is.
        says: What is known of it, or how it was checked.
        broken: Whether it is not what the link before says it is.
    """

    depth: int
    kind: str
    name: str
    says: str = ""
    broken: bool = False

    def __str__(self) -> str:
        mark = "  BROKEN:" if self.broken else " "
        return f"{'  ' * self.depth}{self.kind}  {self.name}{mark + ' ' + self.says if self.says else ''}"


def of_prediction(registry: Registry, answer: dict[str, Any]) -> Iterator[Link]:
    """Follow the answer of the api back to the warehouse query.

    Raises:
        PlumblineError: The answer names no registered version.
    """
    model = answer.get("model") or {}
    if not model.get("version"):
        raise PlumblineError("no version is named: it is not the api's answer, or its bundle is not registered")
    found = registry.version(str(model["version"]))
    named = answer.get("id") or ", ".join(str(item.get("id")) for item in answer.get("predictions", []))
    yield Link(0, "prediction", named, f"made {answer.get('created_at') or 'at an unknown time'}")
    other = found.tags.get("bundle_sha256") != model.get("bundle_sha256")
    yield from _of_version(registry, found, 1, f"the prediction names bundle {model['bundle_sha256']}" if other else "")


def of_version(registry: Registry, number: str) -> Iterator[Link]:
    """Follow a version back to the warehouse query."""
    yield from _of_version(registry, registry.version(number), 0, "")


def of_data(registry: Registry, wanted: str) -> Iterator[Link]:
    """Follow data to the versions built from it, and to what became of them.

    Args:
        registry: Where the versions are.
        wanted: A file, or the first digits of an md5.

    Raises:
        PlumblineError: No version was built from it.
    """
    md5 = hashing.digest(Path(wanted), "md5") if Path(wanted).is_file() else wanted.lower()
    if not _MD5.fullmatch(md5):
        raise PlumblineError(f"{wanted!r} is neither a file nor at least six digits of an md5")
    entries, aliases, last = registry.ledger.entries(), registry.aliases.read(), ""
    for number, found in registry.versions().items():
        for key, value in found.tags.items():
            if not (key.endswith(".md5") and value.startswith(md5)):
                continue
            if value != last:
                yield from _query(registry, found, 0)
                name = key.removesuffix(".md5")
                yield Link(1, "data", f"{name} md5 {value}", "edited by hand since" if name in _edited(found) else "")
            last = value
            commit = git.described(found.tags.get("git_commit"), found.tags.get("git_dirty") == "true")
            yield Link(2, "version", _name(registry, found, aliases), f"commit {commit}")
            yield Link(3, "bundle", found.tags.get("bundle_sha256", ""))
            for entry in entries:
                if (entry.model, entry.version) == (registry.model, number):
                    yield Link(3, "ledger", history.describe(entry).strip())
    if not last:
        raise PlumblineError(f"no version of {registry.model} was built from data {md5}")


def _of_version(registry: Registry, found: ModelVersion, depth: int, fault: str) -> Iterator[Link]:
    tags, aliases = found.tags, registry.aliases.read()
    yield Link(depth, "version", _name(registry, found, aliases), fault, broken=bool(fault))
    try:
        folder = registry.released(found)
        release.verify(folder)
    except PlumblineError as error:
        yield Link(depth + 1, "bundle", tags["bundle_sha256"], str(error), broken=True)
        return
    yield Link(depth + 1, "bundle", tags["bundle_sha256"], "whole and signed")
    lineage = reading.part(folder, Lineage)
    yield _run(registry, found, lineage, depth + 2)
    commit = tags.get("git_commit", "")
    subject, dirty = git.subject(commit) if commit else None, tags.get("git_dirty") == "true"
    says = (subject or "not in this clone: git fetch") + (", with uncommitted changes" if dirty else "")
    yield Link(depth + 3, "commit", commit or "none", says)
    lock = git.show(commit, "dvc.lock") if commit else None
    yield _lock(tags.get("dvc_lock_sha256", ""), lock, dirty, depth + 4)
    edited = _edited(found)
    for name, entry in lineage.data.items():
        differs = tags.get(f"{name}.md5") != entry.md5 or (
            lock is not None and not dirty and entry.md5.encode() not in lock
        )
        rows = f"{entry.rows} rows" + (", edited by hand since" if name in edited else "")
        says = "dvc.lock or the version names other data" if differs else rows
        yield Link(depth + 5, "data", f"{name} md5 {entry.md5}", says, broken=differs)
    yield from _query(registry, found, depth + 6)


def _run(registry: Registry, found: ModelVersion, lineage: Lineage, depth: int) -> Link:
    run = str(found.run_id)
    try:
        trained = registry.server.get_run(run).data.tags.get("model_sha256")
    except MlflowException:
        return Link(depth, "run", run, "the tracking server does not know it", broken=True)
    same = trained in {entry.sha256 for entry in lineage.artifacts.values()}
    says = "trained this bundle's model" if same else f"trained another model, {trained}"
    return Link(depth, "run", run, says, broken=not same)


def _lock(sha256: str, content: bytes | None, dirty: bool, depth: int) -> Link:
    if content is None:
        return Link(depth, "dvc.lock", sha256, "not compared: the commit is not in this clone")
    same = hashlib.sha256(content).hexdigest() == sha256
    if same or dirty:
        return Link(depth, "dvc.lock", sha256, "as in the commit" if same else "not committed")
    return Link(depth, "dvc.lock", sha256, "the commit holds another", broken=True)


def _query(registry: Registry, found: ModelVersion, depth: int) -> Iterator[Link]:
    folder = registry.folder(found.tags["bundle_sha256"])
    if not release.obtain(folder):
        yield Link(depth, "query", "unknown", f"the bundle is not at {folder}")
        return
    extract = reading.part(folder, Lineage).parameters["data"]["extract"]
    given = ", ".join(f"{name} = {value}" for name, value in extract["parameters"].items())
    if edited := _edited(found):
        given = ", ".join([*filter(None, [given]), f"which did not give {' and '.join(edited)}: edited by hand since"])
    yield Link(depth, "query", f"of {extract['dataset']}.{extract['table']} through {extract['connection']}", given)
    for line in extract["query"].strip().splitlines():
        yield Link(depth + 1, " ", line)


def _edited(found: ModelVersion) -> list[str]:
    """Name the data that no query gave as it is."""
    return list(filter(None, found.tags.get(BY_HAND, "").split(", ")))


def _name(registry: Registry, found: ModelVersion, aliases: dict[str, str]) -> str:
    called = [alias for alias, number in aliases.items() if number == str(found.version)]
    return f"{registry.model} {found.version}" + (f" ({', '.join(called)})" if called else "")


@tracking.explained
def main(*, prediction: str = "", version: str = "", data: str = "") -> None:
    """Print the chain from a prediction or a version to the warehouse query, or from data to what it became.

    Args:
        prediction: Its identifier, or a file that holds the api's answer.
        version: A version's number.
        data: A file, or the first digits of its md5.

    Raises:
        PlumblineError: Not just one of the three is said, or the chain is broken.
    """
    if sum(map(bool, (prediction, version, data))) != 1:
        raise PlumblineError("say one of --prediction, --version and --data")
    versions = registry.open_registry()
    if prediction:
        links = list(of_prediction(versions, answers.read(prediction)))
    elif version:
        links = list(of_version(versions, version))
    else:
        links = list(of_data(versions, data))
    sys.stdout.write("\n".join(str(link) for link in links) + "\n")
    broken = [link.kind for link in links if link.broken]
    if broken:
        raise PlumblineError(f"the chain is broken at: {', '.join(broken)}")
