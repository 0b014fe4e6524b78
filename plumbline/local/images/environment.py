"""Write .env for compose.yaml: which images, which bundle, and passwords that nobody has chosen."""

import os
import re
import secrets
from pathlib import Path
from typing import Any

from plumbline.kernel import jsonfile
from plumbline.kernel.errors import PlumblineError
from plumbline.local import stack

FILE = Path(".env")
SECRETS = (
    "GRAFANA_PASSWORD",
    "MLFLOW_ADMIN_PASSWORD",
    "MLFLOW_DATABASE_PASSWORD",
    "MLFLOW_SECRET_KEY",
    "POSTGRES_PASSWORD",
    "PREDICTIONS_PASSWORD",
    "S3_ACCESS_KEY",
    "S3_SECRET_KEY",
)
_BYTES = 24
_LINE = re.compile(r"([A-Z0-9_]+)=(.*)")


def render(present: str, prefix: str, tag: str, release: dict[str, Any]) -> str:
    """Give the file's content.

    Args:
        present: What the file holds; its secrets are kept, as databases remember them.
        prefix: What stands before an image's name.
        tag: The images' tag.
        release: The release that `predict` is to serve.
    """
    known = {match[1]: match[2] for line in present.splitlines() if (match := _LINE.fullmatch(line))}
    values = {
        "IMAGE_PREFIX": prefix,
        "TAG": tag,
        "BUNDLE": f"{release['model']}/{release['bundle_sha256']}",
        "BUNDLE_SHA256": release["bundle_sha256"],
    }
    # In hexadecimal digits they need no escape, in a URL either.
    values |= {name: known.get(name) or secrets.token_hex(_BYTES) for name in SECRETS}
    return "".join(f"{name}={value}\n" for name, value in values.items())


def main(*, prefix: str, tag: str) -> None:
    """Write .env for compose.yaml: the built images, the released bundle, and new passwords where none are.

    Args:
        prefix: What stands before an image's name.
        tag: The commit.

    Raises:
        PlumblineError: No bundle was released.
    """
    if not stack.RELEASE.exists():
        raise PlumblineError("no bundle was released: run `make pipeline register`")
    present = FILE.read_text() if FILE.exists() else ""
    text = render(present, prefix, tag, jsonfile.read(stack.RELEASE))
    # Never readable by others, not even while it is written.
    with os.fdopen(os.open(FILE, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.write(text)
    print(f"{FILE} names {tag} and holds the passwords; `docker compose up --wait` starts the stack")  # noqa: T201
