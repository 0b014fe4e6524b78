"""Look anew at the images that environments run, by Trivy: vulnerabilities become known long after a build.

Source of the forms: https://trivy.dev/docs/latest/configuration/reporting/
"""

import json
from pathlib import Path
from typing import Any, Literal, get_args

from plumbline.ci.routing import report
from plumbline.deploy.overlay import Overlay
from plumbline.kernel import command, github, jsonfile
from plumbline.local.images import files

Environment = Literal["staging", "production"]
ENVIRONMENTS: tuple[Environment, ...] = get_args(Environment)
FOLDER = Path("reports/scan")
NEVER = f"sha256:{'0' * 64}"  # what an overlay names until its first deployment
_SEVERE = ("HIGH", "CRITICAL")


def running(environments: tuple[Environment, ...]) -> dict[str, list[tuple[str, str]]]:
    """Give who runs an image, as environment and service, by its reference; none for what was never deployed."""
    found: dict[str, list[tuple[str, str]]] = {}
    for environment in environments:
        for service, image in Overlay(environment).images().items():
            if image.digest and image.digest != NEVER:
                found.setdefault(image.reference, []).append((environment, service))
    return found


def scan(reference: str, users: list[tuple[str, str]], folder: Path) -> list[dict[str, Any]]:
    """Scan an image where it was pushed; write ENVIRONMENT-SERVICE.sarif for each of its users into `folder`.

    Returns:
        The vulnerabilities, as Trivy describes them.

    Raises:
        PlumblineError: The image cannot be pulled, or Trivy fails.
    """
    found = folder / "trivy.json"
    advice = "a private image needs `docker login`; Trivy's list of vulnerabilities comes from the network"
    command.run("trivy", "image", "--quiet", "--format", "json", "--output", str(found), reference, advice=advice)
    for user in users:
        sarif = folder / f"{'-'.join(user)}.sarif"
        command.run("trivy", "convert", "--quiet", "--format", "sarif", "--output", str(sarif), str(found))
        content = json.loads(sarif.read_text(encoding="utf-8"))
        for run in content["runs"]:
            # GitHub keeps the findings of each category apart, and closes those that the next scan lacks.
            run["automationDetails"] = {"id": f"running-{'-'.join(user)}/"}
        jsonfile.write(sarif, content)
    results = json.loads(found.read_text(encoding="utf-8")).get("Results") or []
    found.unlink()
    return [one for result in results for one in result.get("Vulnerabilities") or []]


def main(*environments: Environment) -> int:
    """Look for vulnerabilities of the images that overlays name, and write reports/scan.

    A workflow gets the output `images`, the references that were scanned.

    Args:
        environments: Whose images; of all environments if none is said.

    Returns:
        1 if a severe vulnerability has a fix, as the scan of a new image refuses it.

    Raises:
        PlumblineError: Trivy is not installed, or an image cannot be scanned.
    """
    images = running(environments or ENVIRONMENTS)
    if images:
        files.require_trivy()
    FOLDER.mkdir(parents=True, exist_ok=True)
    github.set_outputs(images=" ".join(images))
    rows, count = [], 0
    for reference, users in images.items():
        found = scan(reference, users, FOLDER)
        count += len(found)
        who = ", ".join("/".join(user) for user in users)
        rows += [
            (who, one["Severity"], one["VulnerabilityID"], f"{one['PkgName']} {one['InstalledVersion']}", fix)
            for one in found
            if (fix := one.get("FixedVersion", "")) and one["Severity"] in _SEVERE
        ]
    said = f"{len(images)} images hold {count} vulnerabilities, {len(rows)} of them severe and with a fix"
    note = f"{said}: build the images anew and deploy them" if rows else said
    if not images:
        note = "nothing was scanned: no overlay names an image that was deployed"
    report.show(["runs it", "severity", "vulnerability", "package", "fixed in"], rows, note, FOLDER / "scan.md")
    return int(bool(rows))
