"""Promotion: an environment runs what another was verified with, the same bytes; nothing is built anew."""

import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from plumbline.deploy import commits, deployment
from plumbline.deploy.overlay import Overlay
from plumbline.kernel import git
from plumbline.kernel.command import run
from plumbline.kernel.errors import PlumblineError
from plumbline.registry.ledger import Fact
from plumbline.registry.registry import Registry

Named = tuple[str, str]


def named(where: Overlay) -> Named:
    """Give what an overlay names: its images as `NAME@DIGEST`, sorted, and the sha256 of its bundle."""
    images = sorted(f"{name}@{image.version}" for name, image in where.images().items())
    return " ".join(images), where.bundle().sha256


def record(registry: Registry, where: Overlay, who: str) -> None:
    """Tell the ledger, once, that an environment was seen to run what its overlay names."""
    images, sha256 = named(where)
    version = registry.version(deployment.find(registry, sha256))
    fact = Fact(
        event="verified",
        actor=who,
        model=registry.model,
        version=str(version.version),
        bundle_sha256=sha256,
        git_commit=version.tags.get("git_commit"),
        environment=where.environment,
        reason=images,
    )
    registry.ledger.once(fact, "event", "model", "environment", "bundle_sha256", "reason")


def promote(registry: Registry, source: Overlay, target: Overlay, reason: str) -> dict[str, Any]:
    """Let `target` name what `source` names, in one commit.

    Raises:
        PlumblineError: Nobody verified that, the services differ, the gate or the signature refuses the bundle, or the
            overlay of `target` holds other changes or names just this already.
    """
    commits.check_clean(target)
    _check_verified(registry, source.environment, named(source))
    images = source.images()
    if images.keys() != target.images().keys():
        raise PlumblineError(f"{source.kustomization} and {target.kustomization} do not have the same images")
    bundle = deployment.publish(registry, target, deployment.find(registry, source.bundle().sha256))
    for image in images.values():
        target.set_image(image)
    target.set_bundle(bundle)
    body = [*(f"{name}: {image.name} {image.version}" for name, image in images.items()), f"bundle: {bundle.sha256}"]
    subject = f"Promote {source.environment} to {target.environment}"
    commit = commits.commit(target, subject, [*body, *deployment.lines(reason)])
    return {"environment": target.environment, "deployed": f"what {source.environment} runs", "commit": commit}


def check(registry: Registry, where: Overlay, source: str, root: Path = Path()) -> list[str]:
    """Check that an overlay names what `source` was verified with, or what it named itself before the newest commit.

    Args:
        registry: Its ledger tells what was verified.
        where: The overlay that the newest commit changes; of a pull request `HEAD^1` is its base.
        source: The environment that comes first.
        root: The clone.

    Returns:
        References of the images that are new here, whose signatures have to be verified.

    Raises:
        PlumblineError: It names something else.
    """
    wanted = named(where)
    if wanted in _before(where, root):
        return []
    _check_verified(registry, source, wanted)
    return [image.reference for image in where.images().values()]


def _check_verified(registry: Registry, environment: str, wanted: Named) -> None:
    about = ("verified", registry.model, environment)
    told = [e for e in registry.ledger.entries() if (e.event, e.model, e.environment) == about]
    if wanted not in [(e.reason, e.bundle_sha256) for e in told]:
        raise PlumblineError(
            f"{environment} was not verified with {wanted[0]} and the bundle {wanted[1]}: once it runs them,"
            f" plumb deploy verify {environment}"
        )


def _before(where: Overlay, root: Path) -> Iterator[Named]:
    """Give what the overlay named at each commit before the newest, the newest first."""
    folder = where.folder.relative_to(root)
    try:
        listed = run("git", "log", "--format=%H", "HEAD^1", "--", folder.as_posix(), folder=root).split()
    except PlumblineError:  # a first commit has none before it
        return
    for commit in listed:
        files = {
            name: git.show(commit, (folder / name).as_posix(), root) for name in ("kustomization.yaml", "bundle.env")
        }
        if None in files.values():
            continue
        with tempfile.TemporaryDirectory() as place:
            copy = Path(place) / folder
            copy.mkdir(parents=True)
            for name, content in files.items():
                (copy / name).write_bytes(content or b"")
            yield named(Overlay(where.environment, Path(place)))
