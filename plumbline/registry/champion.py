"""Find the champion: the version that serves, and its released bundle."""

import tempfile
from pathlib import Path
from typing import Any

from mlflow.entities.model_registry import ModelVersion
from mlflow.exceptions import MlflowException

from plumbline import tracking
from plumbline.bundle import reading
from plumbline.dvc import call
from plumbline.kernel import log
from plumbline.kernel.config import read_yaml
from plumbline.kernel.errors import PlumblineError
from plumbline.registry import release

_BUNDLE = "model/artifacts/bundle"


def champion(name: str, store: Path = release.STORE) -> Path | None:
    """Give the folder of the champion's released bundle; None if the registry has no champion.

    Args:
        name: The registered model.
        store: The folder of released bundles.

    Raises:
        PlumblineError: The registry does not answer, or the champion's bundle is not in the store.
    """
    version = _version(name)
    if version is None:
        return None
    folder = _folder(version, store)
    if not release.obtain(folder):
        raise PlumblineError(
            f"the champion, {name} version {version.version}, has no bundle at {folder}: run `plumb release champion`"
        )
    return folder


def fetch(name: str, store: Path = release.STORE) -> Path | None:
    """Bring the champion's bundle into the store from the team's or from the DVC remote, unless it is there.

    Args:
        name: The registered model.
        store: The folder of released bundles.

    Returns:
        Its folder; None if the registry has no champion.

    Raises:
        PlumblineError: The registry does not answer, the bundle cannot be had from the remote, or it is another one.
    """
    version = _version(name)
    if version is None:
        return None
    folder, commit = _folder(version, store), version.tags.get("git_commit", "")
    if not release.obtain(folder):
        folder.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=folder.parent, prefix=".") as scratch:
            theirs = Path(scratch) / "bundle"
            advice = (
                f"Fetch the commit {commit} of {name} version {version.version} (git fetch --tags), and its DVC remote"
            )
            call.run("get", ".", _BUNDLE, "--rev", commit, "--out", str(theirs), advice=advice)
            if reading.identity(theirs) != folder.name:
                raise PlumblineError(
                    f"the bundle of commit {commit} is not {name} version {version.version}'s, {folder.name}"
                )
            theirs.replace(folder)
    return folder


def _folder(version: ModelVersion, store: Path) -> Path:
    # A version without the tag has a folder that cannot be there, and whose name is no hash.
    return store / str(version.name) / str(version.tags.get("bundle_sha256") or "untagged")


def _version(name: str) -> ModelVersion | None:
    try:
        return tracking.client().get_model_version_by_alias(name, "champion")
    except MlflowException as error:
        if error.error_code in ("RESOURCE_DOES_NOT_EXIST", "INVALID_PARAMETER_VALUE"):
            return None
        raise PlumblineError(f"the model registry does not answer: {error.message}") from None


@tracking.explained
def main() -> None:
    """Bring the champion's bundle into the store, for the gate to compare with."""
    section: Any = read_yaml(Path("model/params.yaml"))["bundle"]
    folder = fetch(section["model"])
    log.get("champion").info("there" if folder else "the registry has no champion", folder=str(folder or ""))
