"""Where a bundle comes from, as an in-toto statement with a SLSA v1 provenance predicate (docs/security.md)."""

from pathlib import Path
from typing import Any

from plumbline.bundle import reading
from plumbline.bundle.files import MANIFEST, Lineage, Manifest
from plumbline.kernel import git, github, runtime

_BUILD_TYPE = "urn:plumbline:dvc-repro:v1"


def statement(bundle: Path, release: dict[str, Any], gate_sha256: str | None) -> dict[str, Any]:
    """State how a bundle was built and from what.

    The fields are those of https://in-toto.io/Statement/v1 and https://slsa.dev/provenance/v1.

    Args:
        bundle: The bundle's folder.
        release: The content of its release.json.
        gate_sha256: Of the gate's report about it, if there is one.
    """
    lineage, manifest = reading.part(bundle, Lineage), reading.part(bundle, Manifest)
    hashes = {name: entry.sha256 for name, entry in manifest.files.items()}
    hashes[MANIFEST] = release["bundle_sha256"]
    return {
        "_type": "https://in-toto.io/Statement/v1",
        "subject": [{"name": name, "digest": {"sha256": sha256}} for name, sha256 in sorted(hashes.items())],
        "predicateType": "https://slsa.dev/provenance/v1",
        "predicate": {
            "buildDefinition": {
                "buildType": _BUILD_TYPE,
                "externalParameters": {"pipeline": "dvc.yaml", "parameters": lineage.parameters},
                "internalParameters": {"environment": runtime.pinned(), "uncommitted_changes": release["git_dirty"]},
                "resolvedDependencies": _dependencies(lineage, release),
            },
            "runDetails": {
                "builder": {"id": _builder()},
                "metadata": {"invocationId": release["run_id"], "finishedOn": release["released_at"]},
                "byproducts": [{"name": "gate.json", "digest": {"sha256": gate_sha256}}] if gate_sha256 else [],
            },
        },
    }


def _dependencies(lineage: Lineage, release: dict[str, Any]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    if release["git_commit"]:
        source = {"name": "source", "digest": {"gitCommit": release["git_commit"]}}
        address = git.origin()
        found.append(source | {"uri": f"git+{address}"} if address else source)
    if release["dvc_lock_sha256"]:
        found.append({"name": "dvc.lock", "digest": {"sha256": release["dvc_lock_sha256"]}})
    found += [{"name": name, "digest": {"md5": entry.md5}} for name, entry in sorted(lineage.data.items())]
    packages = {name: version for name, version in lineage.packages.items() if name != "python"}
    return found + [{"uri": f"pkg:pypi/{name}@{version}"} for name, version in sorted(packages.items())]


def _builder() -> str:
    """Name what ran the build: the workflow's file at its commit, or any machine."""
    given = github.job()
    if given.workflow_ref:
        return f"{given.server_url or 'https://github.com'}/{given.workflow_ref}"
    return "urn:plumbline:local"
