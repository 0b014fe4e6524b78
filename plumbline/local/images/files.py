"""Images as files: how they go from one machine to another, and what is in them."""

import shutil
from pathlib import Path

from plumbline.kernel import command
from plumbline.kernel.errors import PlumblineError
from plumbline.local.images import images
from plumbline.local.images.images import HERE, Images

FOLDER = Path("reports/images")


def save(*names: str, named: Images = HERE, folder: Path = FOLDER) -> None:
    """Write built images to files.

    Args:
        names: Of the images; all if none is said.
        named: How they are called, and the engine.
        folder: Where NAME.tar is written.
    """
    where = named.resolved()
    folder.mkdir(parents=True, exist_ok=True)
    for name in images.chosen(names):
        where.run("save", "--output", str(folder / f"{name}.tar"), where.image(name))


def load(*, engine: str = "", folder: Path = FOLDER) -> None:
    """Take the images that another machine built.

    Args:
        engine: docker or podman; the first that works if none is said.
        folder: Of the files NAME.tar.
    """
    where = Images(engine).resolved()
    for file in _files(folder):
        where.run("load", "--quiet", "--input", str(file))


def sbom(*, folder: Path = FOLDER, output: Path = Path("reports")) -> None:
    """Write what is in the saved images, as CycloneDX.

    Args:
        folder: Of the files NAME.tar.
        output: Where sbom-NAME.cdx.json is written.

    Raises:
        PlumblineError: Trivy is not installed, or there is no file.
    """
    if not shutil.which("trivy"):
        raise PlumblineError("trivy is not installed: https://trivy.dev says how to have it")
    for file in _files(folder):
        target = output / f"sbom-{file.stem}.cdx.json"
        command.run("trivy", "image", "--quiet", "--input", str(file), "--format", "cyclonedx", "--output", str(target))


def _files(folder: Path) -> list[Path]:
    found = sorted(folder.glob("*.tar"))
    if not found:
        raise PlumblineError(f"{folder} holds no image: `plumb images save` writes them")
    return found
