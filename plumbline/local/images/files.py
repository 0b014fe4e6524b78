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


def require_trivy() -> None:
    """Refuse to go on without Trivy.

    Raises:
        PlumblineError: It is not installed.
    """
    if not shutil.which("trivy"):
        raise PlumblineError("trivy is not installed: https://trivy.dev says how to have it")


def sbom(*, folder: Path = FOLDER, output: Path = Path("reports")) -> None:
    """Write what is in the saved images, as CycloneDX.

    Args:
        folder: Of the files NAME.tar.
        output: Where sbom-NAME.cdx.json is written.

    Raises:
        PlumblineError: Trivy is not installed, or there is no file.
    """
    require_trivy()
    for file in _files(folder):
        target = output / f"sbom-{file.stem}.cdx.json"
        command.run("trivy", "image", "--quiet", "--input", str(file), "--format", "cyclonedx", "--output", str(target))


def saved(folder: Path = FOLDER) -> list[str]:
    """Name the images that are saved.

    Raises:
        PlumblineError: There is none.
    """
    return [file.stem for file in _files(folder)]


def _files(folder: Path) -> list[Path]:
    found = sorted(folder.glob("*.tar"))
    if not found:
        raise PlumblineError(
            f"{folder} holds no image: `plumb images save` writes them; in a workflow they are kept for 31 days, and"
            " `Re-run all jobs` builds them anew"
        )
    return found
