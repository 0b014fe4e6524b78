"""Register the bundle in the model registry and release it, signed, to the model store."""

import configparser
import datetime
from contextlib import suppress
from pathlib import Path
from typing import Any

import mlflow
from mlflow.exceptions import MlflowException

from plumbline import tracking
from plumbline.bundle import SCHEMA_VERSION, reading
from plumbline.bundle.contract import Contract
from plumbline.bundle.files import MANIFEST, Lineage, Release
from plumbline.ingest import raw
from plumbline.kernel import git, hashing, jsonfile, log
from plumbline.kernel.errors import PlumblineError
from plumbline.registry import actor, anchor, release, search, signing
from plumbline.registry.aliases import Aliases
from plumbline.registry.ledger import Fact, Ledger

BY_HAND = "edited_by_hand"  # the tag that names such data
_DVC_CONFIG = Path(".dvc/config")
# One version for one bundle from one commit: registering again is no new version.
_IDENTITY = ("bundle_sha256", "git_commit", "git_dirty")


def register(bundle: Path, model: Path, store: Path, gate: Path, ledger: Ledger) -> dict[str, Any]:
    """Register `bundle` as a version with the alias `challenger`, once however often it is called.

    Args:
        bundle: The bundle's folder.
        model: The model's file, by whose hash the MLflow run is found.
        store: The folder of released bundles; this one's is `store/MODEL/SHA256`.
        gate: The gate's report, attached to the version if it is about this bundle.
        ledger: What is told of a new version.

    Returns:
        The content of the `release.json` that lies beside the manifest in the store.

    Raises:
        PlumblineError: There is no bundle, its run holds no model, there is no key to sign with, or nobody can be
            named who registers.
    """
    who, name = actor.current(), _name(bundle)
    sha256 = reading.identity(bundle)
    tags = _tags(bundle, sha256)
    run = tracking.run_of(model)
    number = _version(name, run, tags)
    _attach(name, number, run, gate, sha256)
    now = Release(
        SCHEMA_VERSION,
        bundle_sha256=sha256,
        model=name,
        version=number,
        git_commit=tags["git_commit"] or None,
        git_dirty=tags["git_dirty"] == "true",
        dvc_lock_sha256=tags["dvc_lock_sha256"] or None,
        run_id=run,
        released_at=datetime.datetime.now(datetime.UTC).replace(microsecond=0),
    )
    gate_sha256 = tracking.client().get_model_version(name, number).tags.get("gate_sha256")
    folder = store / name / sha256
    release.obtain(folder)  # another clone may have released it
    released = release.publish(bundle, folder, now.describe(), gate_sha256)
    release.share(folder)
    _tell(ledger, released, who)
    Aliases(name, tracking.client(), ledger).settle()
    return released


def _name(bundle: Path) -> str:
    """Give the name of the registered model, which the bundle's contract says."""
    if not (bundle / MANIFEST).exists():
        raise PlumblineError(f"{bundle} holds no bundle: run `dvc repro bundle`")
    return reading.part(bundle, Contract).model


def _tags(bundle: Path, sha256: str) -> dict[str, str]:
    """Give all that a version carries: what it was built from, by hash, and where that is kept."""
    state, lock = git.state(), Path("dvc.lock")
    data = reading.part(bundle, Lineage).data
    tags = {
        "bundle_sha256": sha256,
        "git_commit": state.commit or "",
        "git_dirty": str(state.dirty).lower(),
        "dvc_lock_sha256": hashing.digest(lock) if lock.exists() else "",
    }
    config = configparser.ConfigParser(interpolation=None)
    config.read(_DVC_CONFIG)  # what git holds: .dvc/config.local may hold secrets
    remote = config.get("core", "remote", fallback="")
    tags["dvc_remote"] = remote
    tags["dvc_remote_url"] = git.strip_credentials(config.get(f"'remote \"{remote}\"'", "url", fallback=""))
    # What was never extracted from the query that the lineage names, or was edited since.
    edited = [name for name in data if Path(name).exists() and raw.by_hand(Path(name))]
    return tags | {f"{name}.md5": entry.md5 for name, entry in data.items()} | {BY_HAND: ", ".join(edited)}


def _version(name: str, run: str, tags: dict[str, str]) -> str:
    server = tracking.client()
    if not _known(name, tags):
        uri = server.get_run(run).data.tags.get(tracking.MODEL_URI)
        if not uri:
            raise PlumblineError(f"run {run} holds no model: run `dvc repro --force bundle`")
        mlflow.register_model(uri, name, tags=tags)
    # Another clone may have registered it at the same moment: the first one is the version, for whoever looks now.
    number, *doubled = _known(name, tags)
    for other in doubled:
        with suppress(MlflowException):  # the other clone takes it away as well
            server.delete_model_version(name, other)
    if str(server.get_registered_model(name).aliases.get("champion")) != number:
        server.set_registered_model_alias(name, "challenger", number)
    return number


def _known(name: str, tags: dict[str, str]) -> list[str]:
    """Give the versions of this bundle from this commit, the first one first."""
    found = search.every(tracking.client().search_model_versions, f"name = '{name}'")
    same = [int(known.version) for known in found if all(known.tags.get(key) == tags[key] for key in _IDENTITY)]
    return [str(number) for number in sorted(same)]


def _attach(name: str, number: str, run: str, report: Path, sha256: str) -> None:
    """Put the gate's report on the version if it is about its bundle: the verdict as tags, the file with the run."""
    content = jsonfile.read(report) if report.exists() else {}
    if content.get("bundle_sha256") != sha256:
        return
    server = tracking.client()
    failed = [rule["rule"] for rule in content["rules"] if rule["verdict"] == "fail"]
    for key, value in {
        "gate_verdict": content["verdict"],
        "gate_failed": ", ".join(failed),
        "gate_sha256": hashing.digest(report),
    }.items():
        server.set_model_version_tag(name, number, key, value)
    server.log_artifact(run, str(report), "gate")


def _tell(ledger: Ledger, released: dict[str, Any], who: str) -> None:
    fact = Fact(
        event="registered",
        actor=who,
        model=released["model"],
        version=released["version"],
        bundle_sha256=released["bundle_sha256"],
        git_commit=released["git_commit"],
        dvc_lock_sha256=released["dvc_lock_sha256"],
    )
    ledger.once(fact, "event", "model", "version", "bundle_sha256")


@tracking.explained
def main(
    *,
    bundle: Path = Path("model/artifacts/bundle"),
    model: Path = Path("model/artifacts/model.joblib"),
    store: Path = release.STORE,
    gate: Path = Path(".plumbline/gate.json"),
    output: Path = Path(".plumbline/release.json"),
) -> None:
    """Register the bundle as challenger and release it to the model store, signed; a key is made if there is none.

    Args:
        bundle: Its folder.
        model: The model that it was made of.
        store: The folder of released bundles.
        gate: The gate's report, if the bundle was judged.
        output: The file that names the release.
    """
    signing.prepare()
    released = register(bundle, model, store, gate, anchor.open_ledger(_name(bundle)))
    folder = store / released["model"] / released["bundle_sha256"]
    jsonfile.write(
        output, released | {"uri": folder.resolve().as_uri(), "public_key": str(signing.public_key().resolve())}
    )
    log.get("register").info("registered", **released, folder=str(folder))
