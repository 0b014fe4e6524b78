"""The data lake: every version of the raw data in a folder of its own, written once."""

from pathlib import Path

import fsspec
from fsspec.implementations.local import LocalFileSystem

from plumbline.kernel import hashing, jsonfile, log
from plumbline.kernel.config import Config
from plumbline.kernel.errors import PlumblineError


def put(url: str, files: dict[Path, Path], config: Config) -> None:
    """Copy validated files to `URL/DATASET/TABLE/MD5/NAME`, each with the extraction beside it.

    A version that is there already is left as it is.

    Args:
        url: A folder: s3://BUCKET/PREFIX, or a path. Credentials are those of the environment.
        files: Where each raw file lies until it is loaded, by its path.
        config: With the extraction that gave the rows.

    Raises:
        PlumblineError: The lake cannot be reached or refuses to be written.
    """
    origin = config.extraction
    parts = [origin.dataset, origin.table] if origin else []
    try:
        for path, file in files.items():
            target = "/".join([url.rstrip("/"), *parts, hashing.digest(file, "md5"), path.name])
            record = {"path": path.as_posix(), "extraction": origin.model_dump(mode="json") if origin else None}
            # The record comes first: whoever sees the data finds where it came from.
            _put_once(f"{target}.json", jsonfile.dumps(record))
            if _put_once(target, file.read_bytes()):
                log.get("lake").info("put", url=target)
    except Exception as error:  # every file system has errors of its own
        raise PlumblineError(
            f"the data lake {url} cannot be written: {error}\nSet the credentials in the environment, for S3 as"
            " AWS_PROFILE or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or unset PLUMBLINE_LAKE_URL. No raw file was"
            " changed."
        ) from None


def _put_once(url: str, content: bytes) -> bool:
    filesystem, path = fsspec.core.url_to_fs(url)
    if filesystem.exists(path):
        return False
    if isinstance(filesystem, LocalFileSystem):  # elsewhere this would create the bucket
        filesystem.makedirs(filesystem._parent(path), exist_ok=True)
    filesystem.pipe_file(path, content)
    return True
