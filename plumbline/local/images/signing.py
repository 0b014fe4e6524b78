"""Signatures of pushed images, without a key: Sigstore vouches for the workflow that signed, and a log keeps it."""

import re
import shutil
from collections.abc import Sequence
from pathlib import Path

from plumbline.kernel import command
from plumbline.kernel.errors import PlumblineError

_PACKAGE = "github.com/sigstore/cosign/v2/cmd/cosign@v2.6.5"
_ISSUER = "https://token.actions.githubusercontent.com"
_REFERENCE = re.compile(r"[\w.:/-]+/plumbline-(?P<name>[a-z]+)@sha256:[0-9a-f]{64}")


def sign(*references: str) -> None:
    """Sign pushed images, and attest what is in them.

    Args:
        references: As `plumb images push` says them; one argument may hold several.
    """
    cosign = _cosign()
    for name, reference in _split(references):
        command.run(cosign, "sign", "--yes", reference)
        parts = f"reports/sbom-{name}.cdx.json"
        command.run(cosign, "attest", "--yes", "--type", "cyclonedx", "--predicate", parts, reference)


def verify(*references: str, repository: str) -> None:
    """Check that images were signed by this repository's workflow on main.

    Args:
        references: As `plumb images push` says them; one argument may hold several.
        repository: OWNER/NAME on GitHub.
    """
    cosign = _cosign()
    identity = f"https://github.com/{repository}/.github/workflows/images.yml@refs/heads/main"
    trusted = ("--certificate-oidc-issuer", _ISSUER, "--certificate-identity", identity)
    for _, reference in _split(references):
        command.run(cosign, "verify", *trusted, reference)


def _split(references: Sequence[str]) -> list[tuple[str, str]]:
    """Give name and reference of each image.

    Raises:
        PlumblineError: There is none, or one is not named by its digest.
    """
    words = " ".join(references).split()
    if not words:
        raise PlumblineError("which images? `plumb images push` says their references")
    found = [_REFERENCE.fullmatch(word) for word in words]
    if wrong := [word for word, match in zip(words, found, strict=True) if not match]:
        raise PlumblineError(f"{wrong[0]} is no image of this house by its digest: REGISTRY/plumbline-NAME@sha256:…")
    return [(match["name"], match[0]) for match in found if match]


def _cosign() -> str:
    """Find cosign, or build it; Go's checksum database vouches for its source."""
    if found := shutil.which("cosign"):
        return found
    if not shutil.which("go"):
        raise PlumblineError("cosign is not installed, nor Go, which would build it: install one of them")
    folder = Path(".plumbline/bin").absolute()
    command.run("go", "install", _PACKAGE, environment={"GOBIN": str(folder)})
    return str(folder / "cosign")
