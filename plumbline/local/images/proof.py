"""Prove the images of one commit."""

import functools
from collections.abc import Callable

from rich.console import Console

from plumbline.local import stack
from plumbline.local.images import files, images
from plumbline.local.images.engine import Containers
from plumbline.local.images.images import HERE, Images
from plumbline.local.images.smoke import Smoke


def main(*names: str, named: Images = HERE, loaded: bool = False) -> None:
    """Start the built images, ask them, stop them under load, and rebuild the bundle.

    Args:
        names: Of the images; all if none is said.
        named: How they are called, and the engine.
        loaded: Take those that `plumb images load` took.

    Raises:
        PlumblineError: No bundle was released, or a step failed.
    """
    release = stack.release()
    where = named.resolved()
    built = {name: where.image(name) for name in images.chosen(files.saved() if loaded else names)}
    console = Console(highlight=False)
    with Containers(where.engine) as containers:
        smoke = Smoke(containers, built, release)
        steps: dict[str, Callable[[], str]] = {
            f"inspect {name}": functools.partial(smoke.inspect, name, where.tag) for name in built
        }
        serving: dict[str, Callable[[], str]] = {
            "start predict": functools.partial(smoke.start, "predict"),
            "start api": functools.partial(smoke.start, "api"),
            "ask api": smoke.price,
            "golden parity": smoke.parity,
            "stop api": functools.partial(smoke.stop, "api"),
            "stop predict": functools.partial(smoke.stop, "predict"),
        }
        if {"api", "predict"} <= built.keys():
            steps |= serving
        if images.PIPELINE in built:
            steps["run pipeline"] = smoke.rebuild
        for title, step in steps.items():
            console.print(f"{title:18} {step()}")
