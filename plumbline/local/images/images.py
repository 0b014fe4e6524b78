"""The images of this clone: which there are, what they are called, and the engine that works with them."""

import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from cyclopts import Parameter

from plumbline.kernel import command
from plumbline.kernel.config import settings
from plumbline.kernel.errors import PlumblineError

PIPELINE = "pipeline"
RAY = "ray"  # the pipeline with Ray and what scores: built, pushed and so on only where it is named
_ENGINES = ("docker", "podman", "buildah")


@Parameter(name="*")
@dataclass(frozen=True)
class Images:
    """How images are called here, and the engine for them.

    Attributes:
        engine: docker, podman or buildah; PLUMBLINE_ENGINE, or else the first of them that works.
        prefix: What stands before an image's name; PLUMBLINE_IMAGE_PREFIX, or else localhost/plumbline-.
        tag: The commit, with -dirty behind it where files differ from it, if nothing else is said.
    """

    engine: str = ""
    prefix: str = ""
    tag: str = ""

    def resolved(self) -> "Images":
        """Fill in what was not said.

        Raises:
            PlumblineError: No engine works here.
        """
        given = settings()
        prefix = self.prefix or given.image_prefix
        return Images(self.engine or given.engine or _working(), prefix, self.tag or commit())

    def image(self, name: str) -> str:
        """Give the full name of an image."""
        return f"{self.prefix}{name}:{self.tag}"

    def run(self, *words: str) -> None:
        """Run the engine; what it says is seen at once.

        Raises:
            PlumblineError: It fails.
        """
        command.show(self.engine, *words)


HERE = Images()


def dockerfile(name: str) -> Path:
    """Give the Dockerfile of an image.

    Raises:
        PlumblineError: There is no such image.
    """
    found = Path("model/Dockerfile" if name in {PIPELINE, RAY} else f"services/{name}/Dockerfile")
    if not found.exists():
        raise PlumblineError(f"there is no image {name!r}: there are {', '.join([*every(), RAY])}")
    return found


def every() -> list[str]:
    """Name all images but that of Ray: one for each Dockerfile of a service, and the training pipeline."""
    return [*sorted(path.parent.name for path in Path("services").glob("*/Dockerfile")), PIPELINE]


def chosen(names: Sequence[str]) -> list[str]:
    """Give the names that were said, or all.

    Raises:
        PlumblineError: There is no such image.
    """
    for name in names:
        dockerfile(name)
    return list(names) or every()


def commit() -> str:
    """Give the commit, with -dirty behind it where files differ from it."""
    found = command.run("git", "rev-parse", "HEAD").strip()
    return f"{found}-dirty" if command.run("git", "status", "--porcelain") else found


def _working() -> str:
    for name in _ENGINES:
        if shutil.which(name) and (name == "buildah" or _runs(name)):
            return name
    raise PlumblineError("neither docker, podman nor buildah works here: install one of them")


def _runs(name: str) -> bool:
    return subprocess.run([name, "info"], capture_output=True, check=False).returncode == 0
