"""Load the bundle that was released last in the real services or in the real image, and tell whether they get ready."""

from plumbline.kernel import log
from plumbline.local import processes, stack
from plumbline.local.demo import free_ports
from plumbline.local.images import build
from plumbline.local.images.engine import Containers
from plumbline.local.images.images import HERE, Images
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
    released = stack.release()
    with Containers(engine) as containers:
        smoke = Smoke(containers, {"predict": image}, released)
        return f"{smoke.start('predict')}; {smoke.parity()}"


def main(*, image: bool = False, named: Images = HERE) -> None:
    """Load the bundle that was released last in predict and api.

    Args:
        image: Build the image of predict and load it there, instead of in the services' source.
        named: How it is called, and the engine.
    """
    said = {}
    if image:
        build.main("predict", named=named)
        where = named.resolved()
        said = {"image": where.image("predict"), "said": of_image(where.engine, where.image("predict"))}
    else:
        of_services()
    log.get("readiness").info("ready", release=str(stack.RELEASE), **said)
