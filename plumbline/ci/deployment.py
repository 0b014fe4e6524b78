"""What a workflow proposes to an environment: each image and the bundle as a commit of its own, or another's as one."""

from pathlib import Path

from plumbline import tracking
from plumbline.ci import git
from plumbline.deploy import commands
from plumbline.kernel.errors import PlumblineError
from plumbline.local.images import references


@tracking.explained
def main(environment: str, /, *, images: str = "", bundle: str = "", like: str = "", reason: str = "") -> None:
    """Commit images and a version's bundle to the overlay of an environment, for a pull request.

    Args:
        environment: Such as staging.
        images: As `plumb images push` says them, separated by spaces; those of services are deployed.
        bundle: A version's number, or the sha256 of its bundle.
        like: Another environment, which was verified: what it runs, and neither images nor bundle.
        reason: Kept in the commits.

    Raises:
        PlumblineError: There is nothing to deploy, or it cannot be deployed.
    """
    if bool(images or bundle) == bool(like):
        raise PlumblineError("what is to be deployed? say --images and --bundle, or --like ENVIRONMENT")
    git.identify()
    if like:
        commands.promote(environment, source=like, reason=reason)
    for name, reference in references.split(images) if images else ():
        if (Path("services") / name).is_dir():
            commands.image(environment, reference, reason=reason, proposal=True)
    if bundle:
        commands.bundle(environment, bundle, reason=reason, proposal=True)
