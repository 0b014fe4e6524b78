"""Prove the images of one commit: plumb ci smoke --engine podman --prefix PREFIX --tag COMMIT NAME...."""

import functools
from collections.abc import Callable

from rich.console import Console

from plumbline.kernel import jsonfile
from plumbline.kernel.errors import PlumblineError
from plumbline.local import stack
from plumbline.local.images.engine import Containers
from plumbline.local.images.smoke import Smoke


def main(*names: str, engine: str, prefix: str, tag: str) -> None:
    """Start the built images, price a house, stop them under load, and rebuild the bundle.

    Args:
        names: Of the images.
        engine: Docker, podman or buildah.
        prefix: What stands before an image's name.
        tag: The commit.

    Raises:
        PlumblineError: No bundle was released, or a step failed.
    """
    if not stack.RELEASE.exists():
        raise PlumblineError("no bundle was released: run `make pipeline register`")
    console = Console(highlight=False)
    images = {name: f"{prefix}{name}:{tag}" for name in names}
    with Containers(engine) as containers:
        smoke = Smoke(containers, images, jsonfile.read(stack.RELEASE))
        steps: dict[str, Callable[[], str]] = {
            f"inspect {name}": functools.partial(smoke.inspect, name, tag) for name in images
        }
        steps |= {
            "start predict": functools.partial(smoke.start, "predict"),
            "start api": functools.partial(smoke.start, "api"),
            "price a house": smoke.price,
            "golden parity": smoke.parity,
            "stop api": functools.partial(smoke.stop, "api"),
            "stop predict": functools.partial(smoke.stop, "predict"),
            "run pipeline": smoke.rebuild,
        }
        for title, step in steps.items():
            console.print(f"{title:18} {step()}")
