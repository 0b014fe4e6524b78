"""Files that only their owner can read."""

import os
from pathlib import Path


def write(path: Path, text: str) -> None:
    """Write a file that only its owner can read, even while it is written."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
        file.write(text)
