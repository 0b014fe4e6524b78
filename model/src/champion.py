"""Find the champion: the version that serves, and its released bundle."""

from pathlib import Path

from mlflow.exceptions import MlflowException

from model.src import tracking
from tools.errors import PlumblineError

STORE = Path(".plumbline/models")


def champion(name: str, store: Path = STORE) -> Path | None:
    """Give the folder of the champion's released bundle; None if the registry has no champion.

    Args:
        name: The registered model.
        store: The folder of released bundles.

    Raises:
        PlumblineError: The registry does not answer, or the champion's bundle is not in the store.
    """
    server = tracking.client()
    try:
        version = server.get_model_version_by_alias(name, "champion")
    except MlflowException as error:
        if error.error_code in ("RESOURCE_DOES_NOT_EXIST", "INVALID_PARAMETER_VALUE"):
            return None
        raise PlumblineError(f"the model registry does not answer: {error.message}") from None
    sha256 = str(version.tags.get("bundle_sha256", ""))
    folder = store / name / sha256
    if not sha256 or not (folder / "manifest.json").exists():
        raise PlumblineError(f"the champion, {name} version {version.version}, has no bundle at {folder}")
    return folder
