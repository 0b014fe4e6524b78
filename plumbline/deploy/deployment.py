"""Deploy an image or a version's bundle to an environment by one commit, take it back, and record what came of it."""

from typing import Any

from plumbline.deploy import commits
from plumbline.deploy.overlay import Bundle, Image, Overlay
from plumbline.kernel.errors import PlumblineError
from plumbline.registry import store
from plumbline.registry.registry import Registry


def deploy(
    registry: Registry, where: Overlay, image: str, bundle: str, who: str, reason: str, proposal: bool = False
) -> dict[str, Any]:
    """Change the overlay in one commit.

    Args:
        registry: Where versions are found.
        where: The environment's overlay.
        image: An image to run, or "".
        bundle: A version's number, or the sha256 of a bundle, or "".
        who: Who acts, for the ledger.
        reason: Kept in commit and ledger.
        proposal: The commit has yet to be merged: the ledger hears of it when the cluster runs it (`confirm`).

    Returns:
        What was deployed, and the commit.

    Raises:
        PlumblineError: The gate or the signature refuses the version, the image may change its meaning, the overlay
            holds other changes, or it names just this already.
    """
    if not image and not bundle:
        raise PlumblineError("what to deploy? a version, or an image as REGISTRY/plumbline-predict@sha256:…")
    commits.check_clean(where)
    version = find(registry, bundle) if bundle else None
    # All that can be refused comes before the first change of a file.
    new_bundle = publish(registry, where, version) if version else None
    body, subjects = [], []
    if image:
        new, before = Image.parse(image), where.images()
        where.set_image(new)
        subjects.append(f"image {new.service}")
        body.append(f"{new.service}: {new.name} {new.version}, instead of {before[new.service].version}")
    if new_bundle:
        subjects.append(f"{registry.model} version {version}")
        body.append(
            f"bundle: {registry.model} version {version}, {new_bundle.sha256}, instead of {where.bundle().sha256}"
        )
        where.set_bundle(new_bundle)
    commit = commits.commit(where, f"Deploy {' and '.join(subjects)} to {where.environment}", [*body, *lines(reason)])
    if version and not proposal:
        registry.deployed(version, where.environment, who, reason or None)
    return {"environment": where.environment, "deployed": ", ".join(subjects), "commit": commit}


def rollback(registry: Registry, where: Overlay, who: str, reason: str) -> dict[str, Any]:
    """Revert the newest deployment to an environment, and record it.

    Raises:
        PlumblineError: There is nothing to take back, or it cannot be reverted.
    """
    commits.check_clean(where)
    before = where.bundle()
    reverted, commit = commits.revert_last(where, reason)
    after = where.bundle()
    if after != before:
        registry.deployed(
            find(registry, after.sha256), where.environment, who, f"rolled back{f': {reason}' if reason else ''}"
        )
    return {"environment": where.environment, "reverted": reverted, "commit": commit}


def confirm(registry: Registry, where: Overlay, who: str) -> None:
    """Record that an environment runs the bundle of its overlay, unless the ledger knows it: a proposal was merged."""
    sha256, events = where.bundle().sha256, registry.ledger.entries()
    known = [e for e in events if (e.event, e.model, e.environment) == ("deployed", registry.model, where.environment)]
    if not known or known[-1].bundle_sha256 != sha256:
        registry.deployed(find(registry, sha256), where.environment, who, "a proposal was merged")


def find(registry: Registry, text: str) -> str:
    """Give the number of the version that a number or a bundle's sha256 names.

    Raises:
        PlumblineError: There is none.
    """
    versions = registry.versions()
    if text in versions:
        return text
    of_bundle = [number for number, found in versions.items() if found.tags.get("bundle_sha256") == text]
    if not of_bundle:
        raise PlumblineError(
            f"{registry.model} has no version or bundle {text!r}; versions: {', '.join(versions) or 'none'}"
        )
    return of_bundle[-1]


def publish(registry: Registry, where: Overlay, version: str) -> Bundle:
    """Copy a version's bundle to the store of an environment.

    Raises:
        PlumblineError: The gate or the signature refuses it, or the store holds another one under its name.
    """
    found = registry.version(version)
    registry.check(found)
    sha256 = str(found.tags["bundle_sha256"])
    target = store.place(where.bundle().uri, sha256)
    store.publish(registry.released(found), target)
    return Bundle(target, sha256)


def lines(reason: str) -> list[str]:
    """Give what a commit says of its reason."""
    return ["", reason] if reason else []
