"""Write a bundle: the same content gives the same bytes."""

import hashlib
import os
import shutil
from pathlib import Path

from plumbline.bundle import SCHEMA_VERSION
from plumbline.bundle.contract import Contract
from plumbline.bundle.files import (
    CONTRACT,
    GOLDEN,
    LINEAGE,
    MANIFEST,
    MODEL,
    REFERENCE,
    Entry,
    Golden,
    Lineage,
    Manifest,
    Reference,
    encode,
)


def write(
    folder: Path, *, model: bytes, contract: Contract, golden: Golden, reference: Reference, lineage: Lineage
) -> str:
    """Make `folder` anew with a bundle, which its manifest completes.

    Returns:
        The sha256 of manifest.json: the bundle's identity.

    Raises:
        ValueError: A number is NaN or infinite.
    """
    files = {
        MODEL: model,
        CONTRACT: encode(contract.describe()),
        GOLDEN: encode(golden),
        REFERENCE: encode(reference),
        LINEAGE: encode(lineage),
    }
    # Beside, so that a process that is killed leaves no half of a bundle; git and DVC ignore this name.
    partial = folder.with_name(f".partial-{os.getpid()}-{folder.name}")
    partial.mkdir(parents=True)
    try:
        for name, content in files.items():
            (partial / name).write_bytes(content)
        sha256 = seal(partial, files)
        shutil.rmtree(folder, ignore_errors=True)
        partial.replace(folder)
    finally:
        shutil.rmtree(partial, ignore_errors=True)
    return sha256


def seal(folder: Path, files: dict[str, bytes]) -> str:
    """Write the manifest of these files and give its sha256."""
    entries = {name: Entry(hashlib.sha256(content).hexdigest(), len(content)) for name, content in files.items()}
    manifest = encode(Manifest(SCHEMA_VERSION, entries))
    (folder / MANIFEST).write_bytes(manifest)
    return hashlib.sha256(manifest).hexdigest()
