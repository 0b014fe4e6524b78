"""Fetch the data set, in pieces and up to a size, into the work folder."""

import hashlib
import re
import shutil
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import IO
from urllib.parse import urlsplit, urlunsplit

import fsspec

from plumbline.ingest.files import SUFFIXES
from plumbline.ingest.pipeline import environment
from plumbline.ingest.pipeline.work import Work
from plumbline.kernel import jsonfile, log
from plumbline.kernel.errors import PlumblineError
from plumbline.kernel.files import whole

_PIECE = 1 << 20  # bytes
_QUERY = re.compile(r"""(https?://[^\s'"?]+)\?[^\s'"]+""")


def fetch(work: Work, url: str, limit: int) -> None:
    """Copy what `url` names to the work folder and record its hash.

    Args:
        work: The work folder.
        url: A path, or a URL with file, http, https or s3.
        limit: The greatest size, in bytes.

    Raises:
        PlumblineError: The URL is no data set or holds a password, nothing answers there, or it gives nothing or more
            than `limit`.
    """
    suffix = _check(url)
    environment.use_endpoint()
    for old in (work.fetched, work.report, work.rows):
        old.unlink(missing_ok=True)
    shutil.rmtree(work.dataset, ignore_errors=True)
    work.dataset.mkdir(parents=True)
    target = work.dataset / f"dataset{suffix}"
    size, digest = _copy(url, target, limit)
    record = {"url": public(url), "file": target.name, "bytes": size, "sha256": digest}
    jsonfile.write(work.fetched, record)
    log.get("fetch").info("fetched", **record)


def public(url: str) -> str:
    """Give the URL without its query, which holds the key of a presigned URL."""
    parts = urlsplit(url)
    return urlunsplit(parts._replace(query="", fragment="")) if parts.scheme else url


def _check(url: str) -> str:
    if not url:
        raise PlumblineError("no data set was given: plumb data run --dataset-url … --repo-url …")
    parts = urlsplit(url)
    if parts.password:
        raise PlumblineError("DATASET_URL holds a password: leave it out, and use a presigned URL or s3://")
    if parts.scheme not in ("", "file", "http", "https", "s3"):
        raise PlumblineError(f"{public(url)}: the scheme {parts.scheme!r} is not known; use a path, https:// or s3://")
    suffix = PurePosixPath(parts.path).suffix.lower()
    if suffix not in SUFFIXES:
        raise PlumblineError(f"{public(url)} ends in none of {', '.join(SUFFIXES)}: that is how its format is known")
    return suffix


def _copy(url: str, target: Path, limit: int) -> tuple[int, str]:
    digest = hashlib.sha256()
    try:
        with whole(target) as partial, fsspec.open(url, "rb") as source, partial.open("wb") as file:
            for piece in _pieces(source, url, limit):
                digest.update(piece)
                file.write(piece)
    except PlumblineError:
        raise
    except Exception as error:  # every file system has errors of its own
        reason = _QUERY.sub(r"\1", str(error)) or type(error).__name__
        raise PlumblineError(
            f"{public(url)} cannot be fetched: {reason}\nCheck DATASET_URL, and for s3:// the credentials in the"
            " environment: AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_S3_ENDPOINT."
        ) from None
    return target.stat().st_size, digest.hexdigest()


def _pieces(source: IO[bytes], url: str, limit: int) -> Iterator[bytes]:
    size = 0
    while piece := source.read(_PIECE):
        size += len(piece)
        if size > limit:
            raise PlumblineError(f"{public(url)} is larger than {limit} bytes: raise the limit if that is right")
        yield piece
    if not size:
        raise PlumblineError(f"{public(url)} is empty")
