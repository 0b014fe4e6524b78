"""The images of the story: built here, and brought into the cluster."""

import os
import shlex
import subprocess
import tempfile
from pathlib import Path

from plumbline.kernel.command import run
from plumbline.kernel.config import settings
from plumbline.kernel.errors import PlumblineError
from plumbline.local.images.images import Images
from tests.acceptance.cluster.kube import kubectl

TESTBED = Path("tests/acceptance/cluster/testbed")


def engine() -> str:
    """Give the engine that builds images, as `plumb images build` chooses it."""
    return Images().resolved().engine


def build(file: str, image: str, **arguments: str) -> None:
    """Build an image of the testbed, with the options of `plumb images build`."""
    formats = [] if engine() == "docker" else ["--format", "docker", "--layers"]
    options = [word for name, value in arguments.items() for word in ("--build-arg", f"{name}={value}")]
    extra = shlex.split(settings().build_options)
    run(engine(), "build", "--quiet", *formats, *options, *extra, "--file", str(TESTBED / file), "--tag", image, ".")


def load(*names: str) -> None:
    """Bring images into the cluster: by CLUSTER_LOAD, a command that takes their names, or as kind and k3d do it.

    Raises:
        PlumblineError: How this cluster takes images is not known.
    """
    context = kubectl("config", "current-context").strip()
    if command := shlex.split(os.environ.get("CLUSTER_LOAD", "")):
        run(*command, *names)
    elif context.startswith(("kind-", "k3d-")):
        with tempfile.TemporaryDirectory() as folder:
            archive = Path(folder, "images.tar")
            multiple = [] if engine() == "docker" else ["--multi-image-archive"]
            subprocess.run([engine(), "save", *multiple, "--output", str(archive), *names], check=True)
            if context.startswith("kind-"):
                run("kind", "load", "image-archive", str(archive), "--name", context.removeprefix("kind-"))
            else:
                run("k3d", "image", "import", str(archive), "--cluster", context.removeprefix("k3d-"))
    else:
        raise PlumblineError(
            f"how does the cluster {context} take images? Set CLUSTER_LOAD to a command that is given their names"
        )
