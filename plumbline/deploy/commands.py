"""What `plumb deploy` does with the overlay of an environment: one commit, which is then pushed."""

from typing import Any

from plumbline import tracking
from plumbline.deploy import deployment
from plumbline.deploy.overlay import Overlay
from plumbline.kernel import log
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


def _deploy(environment: str, reference: str, version: str, reason: str, proposal: bool) -> None:
    where = Overlay(environment)
    done = deployment.deploy(open_registry(), where, reference, version, actor.current(), reason, proposal)
    _tell("deploy", done)


def _tell(event: str, done: dict[str, Any]) -> None:
    log.get("deployment").info(event, **done, next=f"git push; then plumb deploy verify {done['environment']}")
