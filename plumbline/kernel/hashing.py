"""Hashes of files."""

import hashlib
from pathlib import Path


def digest(path: Path, algorithm: str = "sha256") -> str:
    """Hash the bytes of a file; DVC names its objects by `md5`, everything else here uses `sha256`."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, algorithm).hexdigest()
