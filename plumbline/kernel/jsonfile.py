"""JSON files whose bytes depend on their content alone."""

import json
from pathlib import Path
from typing import Any

from plumbline.kernel.files import whole


def write(path: Path, content: object) -> None:
    """Write `content` with sorted keys and a final line feed; NaN and infinity are refused."""
    with whole(path) as partial:
        partial.write_bytes(dumps(content))


def dumps(content: object) -> bytes:
    """Give the bytes that `write` writes."""
    text = json.dumps(content, indent=1, sort_keys=True, ensure_ascii=False, allow_nan=False)
    return (text + "\n").encode()


def read(path: Path) -> Any:
    """Read a JSON file."""
    return json.loads(path.read_bytes())
