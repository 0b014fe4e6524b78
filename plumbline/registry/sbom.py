"""The bundle's parts list in CycloneDX: the model, the data it was trained on, the packages that built it."""

import datetime
import re
import uuid
from pathlib import Path
from typing import Any

from cyclonedx.model import HashAlgorithm, HashType
from cyclonedx.model.bom import Bom, BomMetaData
from cyclonedx.model.component import Component, ComponentType
from cyclonedx.output.json import JsonV1Dot6
from packageurl import PackageURL
from packaging.requirements import Requirement

from plumbline.bundle import reading
from plumbline.bundle.files import Lineage

_REQUIREMENTS = Path("requirements/pipeline.txt")
_NAMESPACE = uuid.UUID("5b7a1c64-3a0e-5d7e-9f43-1f8e6f2d9a10")  # of our serial numbers


def describe(bundle: Path, release: dict[str, Any], requirements: Path = _REQUIREMENTS) -> str:
    """Give the parts list of a bundle as CycloneDX 1.6 JSON, the same for the same release.

    Args:
        bundle: The bundle's folder.
        release: The content of its release.json.
        requirements: The compiled requirements of the environment that built it.
    """
    sha256, version = release["bundle_sha256"], release["version"]
    lineage = reading.part(bundle, Lineage)
    model = Component(
        type=ComponentType.MACHINE_LEARNING_MODEL,
        name=release["model"],
        version=version,
        bom_ref=f"model:{sha256}",
        hashes=[HashType(alg=HashAlgorithm.SHA_256, content=sha256)],
    )
    data = [
        Component(
            type=ComponentType.DATA,
            name=name,
            bom_ref=f"data:{name}",
            version=entry.md5,
            hashes=[HashType(alg=HashAlgorithm.MD5, content=entry.md5)],
        )
        for name, entry in lineage.data.items()
    ]
    packages = [
        Component(
            type=ComponentType.LIBRARY,
            name=name,
            version=number,
            bom_ref=f"pkg:pypi/{name}@{number}",
            purl=PackageURL("pypi", name=name, version=number),
        )
        for name, number in _packages(requirements)
    ]
    bom = Bom(
        components=[*data, *packages],
        serial_number=uuid.uuid5(_NAMESPACE, f"{sha256}:{version}"),
        metadata=BomMetaData(
            component=model,
            timestamp=datetime.datetime.fromisoformat(release["released_at"]),
        ),
    )
    bom.register_dependency(model, [*data, *packages])
    return JsonV1Dot6(bom).output_as_string(indent=1) + "\n"


def _packages(requirements: Path) -> list[tuple[str, str]]:
    """Give name and version of each pinned requirement that applies to this platform."""
    text = requirements.read_text(encoding="utf-8")
    pinned = [Requirement(line.rstrip(" \\")) for line in re.findall(r"^[A-Za-z0-9].*$", text, flags=re.MULTILINE)]
    return [
        (item.name, str(item.specifier).removeprefix("=="))
        for item in pinned
        if item.marker is None or item.marker.evaluate()
    ]
