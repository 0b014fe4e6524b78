"""What `plumb deploy` does with the overlay of an environment: one commit, which is then pushed."""

from typing import Any

from plumbline import tracking
from plumbline.deploy import deployment, promotion
from plumbline.deploy.overlay import Overlay
from plumbline.kernel import github, log
from plumbline.registry import actor
from plumbline.registry.registry import open_registry


@tracking.explained
def bundle(environment: str, version: str, /, *, image: str = "", reason: str = "", proposal: bool = False) -> None:
    """Commit a version's bundle to the overlay of an environment.

    Args:
        environment: Such as staging.
        version: Its number, or the sha256 of its bundle.
        image: The image that is to serve it, in the same commit.
        reason: Kept in commit and ledger.
        proposal: The commit is for a pull request: the ledger hears of it once the cluster runs it.
    """
    _deploy(environment, image, version, reason, proposal)


@tracking.explained
def image(environment: str, reference: str, /, *, reason: str = "", proposal: bool = False) -> None:
    """Commit an image to the overlay of an environment.

    Args:
        environment: Such as staging.
        reference: As REGISTRY/plumbline-predict@sha256:….
        reason: Kept in the commit.
        proposal: The commit is for a pull request.
    """
    _deploy(environment, reference, "", reason, proposal)


@tracking.explained
def rollback(environment: str, /, *, reason: str = "") -> None:
    """Revert the last deployment to an environment.

    Args:
        environment: Such as staging.
        reason: Kept in commit and ledger.
    """
    done = deployment.rollback(open_registry(), Overlay(environment), actor.current(), reason)
    _tell("rollback", done)


@tracking.explained
def promote(environment: str, /, *, source: str = "staging", reason: str = "") -> None:
    """Commit to the overlay of an environment what another one was verified with: the same images and bundle.

    A workflow gets the output `images`, their references.

    Args:
        environment: Such as production.
        source: The environment that comes first.
        reason: Kept in the commit.
    """
    where = Overlay(environment)
    done = promotion.promote(open_registry(), Overlay(source), where, reason)
    github.set_outputs(images=" ".join(image.reference for image in where.images().values()))
    _tell("promote", done)


@tracking.explained
def check(environment: str, /, *, source: str = "staging") -> None:
    """Check that the overlay of an environment names what another was verified with, or what it named before.

    A workflow gets the output `images`: the references that are new here, to verify their signatures.

    Args:
        environment: Such as production.
        source: The environment that comes first.

    Raises:
        PlumblineError: It names something else.
    """
    images = promotion.check(open_registry(), Overlay(environment), source)
    github.set_outputs(images=" ".join(images))
    told = f"what {source} was verified with" if images else "what it named before"
    log.get("deployment").info("checked", environment=environment, names=told)


def _deploy(environment: str, reference: str, version: str, reason: str, proposal: bool) -> None:
    where = Overlay(environment)
    done = deployment.deploy(open_registry(), where, reference, version, actor.current(), reason, proposal)
    _tell("deploy", done)


def _tell(event: str, done: dict[str, Any]) -> None:
    log.get("deployment").info(event, **done, next=f"git push; then plumb deploy verify {done['environment']}")
