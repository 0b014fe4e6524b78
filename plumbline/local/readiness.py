"""Load the bundle that was released last in the real services or in the real image, and tell whether they get ready."""

from plumbline.kernel import jsonfile, log
from plumbline.kernel.errors import PlumblineError
from plumbline.local import processes, stack
from plumbline.local.demo import free_ports
from plumbline.local.images.engine import Containers
from plumbline.local.images.smoke import Smoke


def of_services() -> None:
    """Start `predict` and `api` from their source, until both are ready.

    Raises:
        PlumblineError: No bundle was released, or a service does not get ready.
    """
    programs = stack.services(*free_ports(), prefix="readiness-")
    try:
        processes.start_all(programs)
    finally:
        for program in reversed(programs):
            processes.stop(program.name)


def of_image(engine: str, image: str) -> str:
    """Start an image of `predict` as a pod would, until it is ready, and score the golden rows through it.

    Raises:
        PlumblineError: No bundle was released, or the image does not load it or predicts something else.
    """
    if not stack.RELEASE.exists():
        raise PlumblineError("no bundle was released: run `make pipeline register`")
    with Containers(engine) as containers:
        smoke = Smoke(containers, {"predict": image}, jsonfile.read(stack.RELEASE))
        return f"{smoke.start('predict')}; {smoke.parity()}"


def main(*, engine: str = "", image: str = "") -> None:
    """Load the bundle that was released last in predict.

    Args:
        engine: Docker or podman.
        image: A built image of predict, instead of the services' source.
    """
    said = {}
    if image:
        said = {"image": image, "said": of_image(engine, image)}
    else:
        of_services()
    log.get("readiness").info("ready", release=str(stack.RELEASE), **said)
