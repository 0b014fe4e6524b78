"""Register the bundle in the model registry and release it to the model store."""

import argparse
import datetime
import shutil
from pathlib import Path
from typing import Any

import mlflow

from model.src import tracking
from tools import git, hashing, jsonfile, log, stage
from tools.errors import PlumblineError


def register(bundle: Path, model: Path, store: Path) -> dict[str, Any]:
    """Register `bundle` as a version with the alias `challenger`, once however often it is called.

    Args:
        bundle: The bundle's folder.
        model: The model's file, by whose hash the MLflow run is found.
        store: The folder of released bundles; this one's is `store/MODEL/SHA256`.

    Returns:
        The content of the `release.json` that was written beside the manifest in the store.

    Raises:
        PlumblineError: There is no bundle.
    """
    manifest = bundle / "manifest.json"
    if not manifest.exists():
        raise PlumblineError(f"{bundle} holds no bundle: run `dvc repro bundle`")
    sha256 = hashing.digest(manifest)
    name = jsonfile.read(bundle / "contract.json")["model"]
    state, run = git.state(), tracking.run_of(model)
    lock = Path("dvc.lock")
    tags = {
        "bundle_sha256": sha256,
        "git_commit": state.commit or "",
        "git_dirty": str(state.dirty).lower(),
        "dvc_lock_sha256": hashing.digest(lock) if lock.exists() else "",
    }
    number = _version(name, run, tags)
    release = {
        "schema_version": 1,
        "model": name,
        "version": number,
        "bundle_sha256": sha256,
        "git_commit": state.commit,
        "git_dirty": state.dirty,
        "dvc_lock_sha256": tags["dvc_lock_sha256"] or None,
        "run_id": run,
        "released_at": datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
    }
    _publish(bundle, store / name / sha256, release)
    return release


def _version(name: str, run: str, tags: dict[str, str]) -> str:
    server = tracking.client()
    # One version for one bundle from one commit: registering again is no new version.
    wanted = ("bundle_sha256", "git_commit", "git_dirty")
    for known in server.search_model_versions(f"name = '{name}'"):
        if all(known.tags.get(key) == tags[key] for key in wanted):
            number = str(known.version)
            break
    else:
        uri = server.get_run(run).data.tags.get(tracking.MODEL_URI)
        if not uri:
            raise PlumblineError(f"run {run} holds no model: run `dvc repro --force bundle`")
        created = mlflow.register_model(uri, name, tags=tags)
        number = str(created.version)
    server.set_registered_model_alias(name, "challenger", number)
    return number


def _publish(bundle: Path, target: Path, release: dict[str, Any]) -> None:
    fresh = target.with_name(target.name + ".new")
    shutil.rmtree(fresh, ignore_errors=True)
    shutil.copytree(bundle, fresh)
    jsonfile.write(fresh / "release.json", release)
    if target.exists():  # the same bytes but for the release, which is replaced in one step
        (fresh / "release.json").replace(target / "release.json")
        shutil.rmtree(fresh)
    else:
        fresh.replace(target)


def main() -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--bundle", type=Path, default=Path("model/artifacts/bundle"))
    parser.add_argument("--model", type=Path, default=Path("model/artifacts/model.joblib"))
    parser.add_argument("--store", type=Path, default=Path(".plumbline/models"))
    parser.add_argument("--output", type=Path, default=Path(".plumbline/release.json"))
    arguments = parser.parse_args()
    release = register(arguments.bundle, arguments.model, arguments.store)
    folder = arguments.store / release["model"] / release["bundle_sha256"]
    jsonfile.write(arguments.output, release | {"uri": folder.resolve().as_uri()})
    log.get("register").info("registered", **release, folder=str(folder))


if __name__ == "__main__":
    stage.run(main)
