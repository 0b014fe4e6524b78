"""Fetch a bundle before the service starts: python -m services.predict.app.fetch URI SHA256 FOLDER."""

import shutil
import sys
from pathlib import Path

from plumbline.bundle import BundleError, reading
from services.common import server
from services.predict.app import locations


def fetch(uri: str, sha256: str, target: Path) -> None:
    """Copy a bundle to a folder that holds nothing else.

    Its content is verified here, so that a wrong address fails at once; its signature is verified by the service.

    Args:
        uri: Path, `file:` or `s3:` URI of the bundle's folder.
        sha256: Of its manifest.json.
        target: An existing folder; what an earlier attempt left there is removed.

    Raises:
        BundleError: The bundle cannot be read, is another one, or cannot be written.
    """
    if not sha256:
        raise BundleError("the sha256 of the bundle's manifest.json is empty")
    with locations.folder(locations.Location(uri, sha256)) as source:
        reading.read(source, sha256, public_key=None)
        try:
            for stale in target.iterdir():
                stale.unlink()
            for file in source.iterdir():
                locations.check_size(file.name, file.stat().st_size)  # nothing has read the signature yet
                shutil.copyfile(file, target / file.name)
        except OSError as error:
            raise BundleError(f"the bundle cannot be copied to {target}: {error.strerror}") from None


def main() -> None:
    """Fetch what the command line names."""
    if len(sys.argv) != 4:
        sys.exit("usage: python -m services.predict.app.fetch URI SHA256 FOLDER")
    try:
        fetch(sys.argv[1], sys.argv[2], Path(sys.argv[3]))
    except BundleError as error:
        server.stop(error)


if __name__ == "__main__":
    main()
