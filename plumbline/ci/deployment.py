"""What a workflow proposes to an environment: each image and the bundle as a commit of its own."""

from pathlib import Path

from plumbline import tracking
from plumbline.ci import git
from plumbline.deploy import commands
from plumbline.kernel.errors import PlumblineError


@tracking.explained
def main(environment: str, /, *, images: str = "", bundle: str = "", reason: str = "") -> None:
    """Commit images and a version's bundle to the overlay of an environment, for a pull request.

    Args:
        environment: Such as staging.
        images: References by digest, separated by spaces; those of services are deployed.
        bundle: A version's number, or the sha256 of its bundle.
        reason: Kept in the commits.

    Raises:
        PlumblineError: There is nothing to deploy, or it cannot be deployed.
    """
    if not images and not bundle:
        raise PlumblineError("nothing is to be deployed: say --images or --bundle")
    git.identify()
    for reference in images.split():
        if (Path("services") / reference.rpartition("/plumbline-")[2].partition("@")[0]).is_dir():
            commands.image(environment, reference, reason=reason, proposal=True)
    if bundle:
        commands.bundle(environment, bundle, reason=reason, proposal=True)
