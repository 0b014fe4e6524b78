"""Release a bundle to the model store: beside it go its release, its parts list, its provenance and its signature."""

import shutil
import tempfile
from pathlib import Path
from typing import Any

from plumbline.bundle import reading
from plumbline.bundle.files import BESIDE, MANIFEST, PROVENANCE, RELEASE, SBOM, SIGNATURE, Release
from plumbline.kernel import jsonfile
from plumbline.kernel.errors import PlumblineError
from plumbline.registry import provenance, sbom, signing, store, team

STORE = Path(".plumbline/models")  # of this clone; the team's is named in model/configs/team.yaml


def obtain(folder: Path) -> bool:
    """Tell whether a released bundle is in `folder`, `STORE/MODEL/SHA256`; bring it from the team's store if not.

    Raises:
        PlumblineError: The team's store cannot be read, or holds one that is not as it was signed.
    """
    shared = team.store_of(folder)
    if shared and not (folder / SIGNATURE).exists():
        store.bring(shared, folder, verify)
    return (folder / MANIFEST).exists()


def share(folder: Path) -> None:
    """Copy a released bundle to the team's store, if the team has one.

    Raises:
        PlumblineError: That store cannot be used.
    """
    shared = team.store_of(folder)
    if shared:
        store.publish(folder, shared)


def publish(bundle: Path, target: Path, release: dict[str, Any], gate_sha256: str | None) -> dict[str, Any]:
    """Make `target` the released bundle, signed; nothing changes if it is so already.

    Args:
        bundle: The bundle's folder.
        target: The folder of the store, named by the bundle's sha256.
        release: The content of release.json; a version that was released before keeps the time of its first release.
        gate_sha256: Of the gate's report about this bundle, if there is one.

    Returns:
        The release as it is now.
    """
    if (target / RELEASE).exists():
        before = reading.part(target, Release).describe()
        if _but_time(before) == _but_time(release):
            release = before
    target.parent.mkdir(parents=True, exist_ok=True)
    # A folder of the final name, because the signature names it.
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=".") as scratch:
        fresh = Path(scratch) / target.name
        shutil.copytree(bundle, fresh)
        jsonfile.write(fresh / RELEASE, release)
        (fresh / SBOM).write_text(sbom.describe(fresh, release), encoding="utf-8")
        jsonfile.write(fresh / PROVENANCE, provenance.statement(fresh, release, gate_sha256))
        if _published(fresh, target):
            return release
        signing.sign(fresh, signing.private_key())
        if target.exists():
            # The bundle's own files are the same bytes. A reader who comes between two of these steps finds a
            # signature that does not fit, and comes again.
            for name in BESIDE:
                (fresh / name).replace(target / name)
        else:
            fresh.replace(target)
    verify(target)
    return release


def verify(folder: Path) -> None:
    """Check that a released bundle is there, named by its own sha256 and signed.

    Raises:
        PlumblineError: It is not.
    """
    manifest = folder / MANIFEST
    if not manifest.is_file():
        raise PlumblineError(f"there is no released bundle at {folder}: run `plumb release register`")
    if reading.identity(folder) != folder.name:
        raise PlumblineError(f"{manifest} is not the manifest that its folder is named by: it was altered")
    signing.verify(folder, signing.public_key())


def _published(fresh: Path, target: Path) -> bool:
    """Tell whether `target` is `fresh`, signed by the key that signs now."""
    for path in fresh.iterdir():
        there = target / path.name
        if not there.is_file() or there.read_bytes() != path.read_bytes():
            return False
    try:
        verify(target)
    except PlumblineError:
        return False
    return signing.made_by(target, signing.private_key())


def _but_time(release: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in release.items() if key != "released_at"}
