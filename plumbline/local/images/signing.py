"""Signatures of pushed images, without a key: Sigstore vouches for the workflow that signed, and a log keeps it."""

import shutil
from pathlib import Path

from plumbline.kernel import command
from plumbline.kernel.errors import PlumblineError
from plumbline.local.images import references

_PACKAGE = "github.com/sigstore/cosign/v2/cmd/cosign@v2.6.5"
_ISSUER = "https://token.actions.githubusercontent.com"


def sign(*given: str) -> None:
    """Sign pushed images, and attest what is in them.

    Args:
        given: As `plumb images push` says them; one argument may hold several.
    """
    cosign = _cosign()
    for name, reference in references.split(*given):
        command.run(cosign, "sign", "--yes", reference)
        parts = f"reports/sbom-{name}.cdx.json"
        command.run(cosign, "attest", "--yes", "--type", "cyclonedx", "--predicate", parts, reference)


def verify(*given: str, repository: str) -> None:
    """Check that images were signed by this repository's workflow on main.

    Args:
        given: As `plumb images push` says them; one argument may hold several.
        repository: OWNER/NAME on GitHub.
    """
    cosign = _cosign()
    identity = f"https://github.com/{repository}/.github/workflows/publish.yml@refs/heads/main"
    trusted = ("--certificate-oidc-issuer", _ISSUER, "--certificate-identity", identity)
    for _, reference in references.split(*given):
        command.run(cosign, "verify", *trusted, reference)


def _cosign() -> str:
    """Find cosign, or build it; Go's checksum database vouches for its source."""
    if found := shutil.which("cosign"):
        return found
    if not shutil.which("go"):
        raise PlumblineError("cosign is not installed, nor Go, which would build it: install one of them")
    folder = Path(".plumbline/bin").absolute()
    command.run("go", "install", _PACKAGE, environment={"GOBIN": str(folder)})
    return str(folder / "cosign")
