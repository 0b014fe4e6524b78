"""Write .env for compose.yaml: which images, which bundle, and passwords that nobody has chosen."""

import re
import secrets
from pathlib import Path
from typing import Any

from plumbline.kernel import private
from plumbline.local import prometheus_rules, stack
from plumbline.local.images.images import HERE, Images

FILE = Path(".env")
RULES = Path(".plumbline/prometheus")  # where Prometheus of compose.yaml reads them
TOKEN = Path(".plumbline/alertmanager/token")  # what Alertmanager shows the receiver
OPTIONAL = (
    "ALERTMANAGER_CONFIG",
    "GITHUB_API_URL",
    "GITHUB_REPOSITORY",
)  # what a person may put in: compose.yaml has a default
UNSET = "not-set"  # GitHub's token until a person puts one in: the receiver runs, and GitHub refuses it
SECRETS = (
    "GRAFANA_PASSWORD",
    "MLFLOW_ADMIN_PASSWORD",
    "MLFLOW_DATABASE_PASSWORD",
    "MLFLOW_SECRET_KEY",
    "PLUMBLINE_LOOP_TOKEN",
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
    known = read(present)
    values = {
        "IMAGE_PREFIX": prefix,
        "TAG": tag,
        "BUNDLE": f"{release['model']}/{release['bundle_sha256']}",
        "BUNDLE_SHA256": release["bundle_sha256"],
    }
    values["GITHUB_TOKEN"] = known.get("GITHUB_TOKEN") or UNSET
    values |= {name: known[name] for name in OPTIONAL if name in known}
    # In hexadecimal digits they need no escape, in a URL either.
    values |= {name: known.get(name) or secrets.token_hex(_BYTES) for name in SECRETS}
    return "".join(f"{name}={value}\n" for name, value in values.items())


def read(text: str) -> dict[str, str]:
    """Give the variables that the text of such a file sets."""
    return {match[1]: match[2] for line in text.splitlines() if (match := _LINE.fullmatch(line))}


def main(*, named: Images = HERE) -> None:
    """Write .env for compose.yaml (the images, the bundle, new passwords where none are), and the rules of Prometheus.

    Args:
        named: How the images are called.
    """
    where = named.resolved()
    present = FILE.read_text() if FILE.exists() else ""
    text = render(present, where.prefix, where.tag, stack.release())
    prometheus_rules.unpack(prometheus_rules.SOURCE, RULES)
    # The folder is closed to others; Alertmanager is another user within it.
    TOKEN.parent.mkdir(parents=True, exist_ok=True)
    TOKEN.parent.chmod(0o700)
    TOKEN.write_text(read(text)["PLUMBLINE_LOOP_TOKEN"])
    TOKEN.chmod(0o644)
    private.write(FILE, text)
    print(f"{FILE} names {where.tag} and holds the passwords; `docker compose up --wait` starts the stack")  # noqa: T201
