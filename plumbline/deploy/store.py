"""The store of released bundles that an environment reads: a folder, or a bucket by s3://."""

import hashlib
from pathlib import Path

import fsspec
from botocore.exceptions import BotoCoreError, ClientError

from plumbline.bundle.files import MANIFEST
from plumbline.kernel.errors import PlumblineError

_UNUSABLE = (OSError, BotoCoreError, ClientError, ImportError, ValueError)


def place(uri: str, sha256: str) -> str:
    """Give the URI of a bundle beside another: a bundle's folder is named by its sha256."""
    return f"{uri.rstrip('/').rpartition('/')[0]}/{sha256}"


def publish(folder: Path, uri: str) -> bool:
    """Copy a released bundle to `uri`, unless it is there.

    Args:
        folder: The released bundle, signature included.
        uri: Its folder in the store; AWS_ENDPOINT_URL and AWS's other variables say where S3 is.

    Returns:
        Whether it was copied.

    Raises:
        PlumblineError: The store cannot be used, or holds another bundle there.
    """
    try:
        system, path = fsspec.core.url_to_fs(uri)
        if system.exists(f"{path}/{MANIFEST}"):
            _check(folder, system.cat_file(f"{path}/{MANIFEST}"), uri)
            return False
        system.makedirs(path, exist_ok=True)
        # The manifest last: what has one is whole.
        for file in sorted(folder.iterdir(), key=lambda file: file.name == MANIFEST):
            system.put_file(str(file), f"{path}/{file.name}")
    except _UNUSABLE as error:
        raise PlumblineError(f"the bundle cannot be copied to {uri}: {error}") from None
    return True


def fetch(uri: str, name: str, target: Path) -> None:
    """Copy one file of the bundle at `uri` to `target`.

    Raises:
        PlumblineError: The store cannot be used, or has no such file.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        system, path = fsspec.core.url_to_fs(uri)
        target.write_bytes(system.cat_file(f"{path}/{name}"))
    except _UNUSABLE as error:
        raise PlumblineError(f"{uri}/{name} cannot be read: {error}") from None


def _check(folder: Path, manifest: bytes, uri: str) -> None:
    if hashlib.sha256(manifest).hexdigest() != folder.name:
        raise PlumblineError(
            f"{uri} holds another bundle than its name says: it was altered; remove it and deploy again"
        )
