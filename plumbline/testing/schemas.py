"""The schemas of Kubernetes' kinds: `plumb ci tools schemas` fetches them, for tests reach out to nobody."""

import json
import shutil
import subprocess
import tomllib
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from plumbline.kernel.errors import PlumblineError
from plumbline.kernel.files import whole

ROOT = Path(__file__).parents[2]
PINNED = ROOT / "infrastructure/schemas.toml"
FOLDER = ROOT / ".plumbline/schemas"


def pinned() -> Iterator[tuple[Path, dict[str, Any], str]]:
    """Give where each pinned file lies once it is fetched, its source and its name there."""
    for source in tomllib.loads(PINNED.read_text()).values():
        for file in source["files"]:
            yield FOLDER / source["module"].replace("/", "-") / Path(file).name, source, file


def absent() -> list[Path]:
    """Give the pinned files that are not here."""
    return [path for path, _, _ in pinned() if not path.exists()]


def fetch() -> None:
    """Fetch the pinned files that are not here, each from its Go module or else its release.

    Raises:
        PlumblineError: A file can be had from neither.
    """
    for path, source, file in pinned():
        if path.exists():
            continue
        try:
            content = _from_module(source["module"], file) or _from_release(source["release"] + file)
        except OSError as error:
            raise PlumblineError(f"{file} can be had neither by Go nor from {source['release']}: {error}") from None
        with whole(path) as partial:
            partial.write_bytes(content)


def _from_module(module: str, file: str) -> bytes | None:
    go = shutil.which("go") or shutil.which("/usr/local/go/bin/go")
    if go is None:
        return None
    done = subprocess.run([go, "mod", "download", "-json", module], capture_output=True, text=True, check=False)
    return (Path(json.loads(done.stdout)["Dir"]) / file).read_bytes() if done.returncode == 0 else None


def _from_release(url: str) -> bytes:
    with urllib.request.urlopen(url, timeout=60) as answer:  # noqa: S310 - an address of our own file
        content: bytes = answer.read()
        return content
