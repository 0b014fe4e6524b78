"""Prove the images of one commit: python -m plumbline.local.images --engine podman --prefix PREFIX --tag COMMIT."""

import argparse
import functools
from collections.abc import Callable

from rich.console import Console

from plumbline.kernel import jsonfile, stage
from plumbline.kernel.errors import PlumblineError
from plumbline.local import stack
from plumbline.local.images.engine import Containers
from plumbline.local.images.smoke import Smoke


def main() -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--engine", required=True)
    parser.add_argument("--prefix", required=True, help="what stands before an image's name")
    parser.add_argument("--tag", required=True, help="the commit")
    parser.add_argument("--images", nargs="+", required=True)
    arguments = parser.parse_args()
    if not stack.RELEASE.exists():
        raise PlumblineError("no bundle was released: run `make pipeline register`")
    console = Console(highlight=False)
    images = {name: f"{arguments.prefix}{name}:{arguments.tag}" for name in arguments.images}
    with Containers(arguments.engine) as containers:
        smoke = Smoke(containers, images, jsonfile.read(stack.RELEASE))
        steps: dict[str, Callable[[], str]] = {
            f"inspect {name}": functools.partial(smoke.inspect, name, arguments.tag) for name in images
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


if __name__ == "__main__":
    stage.run(main)
