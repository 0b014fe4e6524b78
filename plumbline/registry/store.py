"""Stores of released bundles that others read, a team or an environment: a folder, or a bucket by s3://.

Several may publish the same bundle, each with a signature of its own, and readers come at any time. So a publisher
looks again at what it left, and a reader at what it has.
"""

import hashlib
import random
import shutil
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import fsspec
from botocore.exceptions import BotoCoreError, ClientError

from plumbline.bundle.files import BESIDE, MANIFEST
from plumbline.kernel.errors import PlumblineError

_UNUSABLE = (OSError, BotoCoreError, ClientError, ImportError, ValueError)
_ATTEMPTS = 5
_PAUSE = 0.5  # seconds


def place(uri: str, sha256: str) -> str:
    """Give the URI of a bundle beside another: a bundle's folder is named by its sha256."""
    return f"{uri.rstrip('/').rpartition('/')[0]}/{sha256}"


def publish(folder: Path, uri: str) -> bool:
    """Copy a released bundle to `uri`, as far as it is not there.

    Args:
        folder: The released bundle, signature included.
        uri: Its folder in the store; AWS_ENDPOINT_URL and AWS's other variables say where S3 is.

    Returns:
        Whether anything was copied.

    Raises:
        PlumblineError: The store cannot be used, holds another bundle there, or others publish all the time.
    """
    try:
        system, path = _open(uri)
        if (manifest := _content(system, f"{path}/{MANIFEST}")) is not None:
            _check(folder, manifest, uri)
        whole = manifest is not None
        for attempt in range(_ATTEMPTS):
            differing = list(folder.iterdir())
            if whole:  # what is not the bundle's own may differ from one release to the next
                beside = [file for file in differing if file.name in BESIDE]
                differing = [file for file in beside if _content(system, f"{path}/{file.name}") != file.read_bytes()]
            if not differing:
                return attempt > 0
            system.makedirs(path, exist_ok=True)
            # The manifest last: what has one is whole.
            for file in sorted(differing, key=lambda file: file.name == MANIFEST):
                system.pipe_file(f"{path}/{file.name}", file.read_bytes())
            whole = True
            time.sleep(random.uniform(0, _PAUSE * attempt))  # noqa: S311 - so that two do not keep step
    except _UNUSABLE as error:
        raise PlumblineError(f"the bundle cannot be copied to {uri}: {error}") from None
    raise PlumblineError(f"others publish to {uri} all the time: try again")


def bring(uri: str, folder: Path, verify: Callable[[Path], None]) -> bool:
    """Make `folder` the bundle that is at `uri`, if there is one.

    Args:
        uri: Its folder in the store.
        folder: Where it belongs here; its name is the bundle's.
        verify: Raises PlumblineError if a bundle is not as it must be.

    Returns:
        Whether there was one.

    Raises:
        PlumblineError: The store cannot be used, or what it holds does not verify.
    """
    folder.parent.mkdir(parents=True, exist_ok=True)
    for left in reversed(range(_ATTEMPTS)):
        with tempfile.TemporaryDirectory(dir=folder.parent, prefix=".") as scratch:
            fresh = Path(scratch) / folder.name
            fresh.mkdir()
            try:
                system, path = _open(uri)
                if not system.exists(f"{path}/{MANIFEST}"):
                    return False
                for name in system.ls(path, detail=False):
                    (fresh / Path(name).name).write_bytes(system.cat_file(name))
            except _UNUSABLE as error:
                raise PlumblineError(f"{uri} cannot be read: {error}") from None
            try:
                verify(fresh)
            except PlumblineError as error:
                if not left:
                    raise PlumblineError(f"what {uri} holds is not used: {error}") from None
                time.sleep(_PAUSE)  # it may just be published anew
                continue
            if folder.exists():  # in part, or unsigned
                shutil.rmtree(folder)
            fresh.replace(folder)
            return True
    return False


def holds(uri: str) -> bool:
    """Tell whether there is a whole bundle at `uri`.

    Raises:
        PlumblineError: The store cannot be used.
    """
    try:
        system, path = _open(uri)
        return bool(system.exists(f"{path}/{MANIFEST}"))
    except _UNUSABLE as error:
        raise PlumblineError(f"{uri} cannot be read: {error}") from None


def fetch(uri: str, name: str, target: Path) -> None:
    """Copy one file of the bundle at `uri` to `target`.

    Raises:
        PlumblineError: The store cannot be used, or has no such file.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        system, path = _open(uri)
        target.write_bytes(system.cat_file(f"{path}/{name}"))
    except _UNUSABLE as error:
        raise PlumblineError(f"{uri}/{name} cannot be read: {error}") from None


def _check(folder: Path, manifest: bytes, uri: str) -> None:
    if hashlib.sha256(manifest).hexdigest() != folder.name:
        raise PlumblineError(
            f"{uri} holds another bundle than its name says: it was altered; remove it and deploy again"
        )


def _open(uri: str) -> tuple[Any, str]:
    system, path = fsspec.core.url_to_fs(uri)
    system.invalidate_cache()  # others write, too
    return system, path


def _content(system: Any, path: str) -> bytes | None:
    try:
        content: bytes = system.cat_file(path)
    except FileNotFoundError:
        return None
    return content
