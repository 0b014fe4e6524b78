"""From a commit to a pod on a real cluster, there and back: plumb test-cluster. KUBECONFIG names the cluster."""

import argparse
import contextlib
import shutil
import sys
import tempfile
from collections.abc import Callable
from functools import partial
from pathlib import Path

from rich.console import Console
from rich.table import Table

from plumbline.kernel import git, log
from plumbline.kernel.errors import PlumblineError
from tests.acceptance.cluster import definitions, steps, strangers, world
from tests.acceptance.cluster.mesh import overlay, refused
from tests.acceptance.cluster.world import World
from tests.acceptance.story import play

STORY: dict[str, Callable[[World], str]] = {
    "images built and loaded": steps.build,
    "testbed in the cluster": steps.testbed,
    "two models built, judged, signed": steps.train,
    "first version by commit": steps.first,
    "an answer through api": steps.price,
    "images of strangers": strangers.refused,
    "users begin to ask": steps.users,
    "new bundle by commit: canary, promoted": steps.promoted,
    "bad bundle by commit": steps.bad_bundle,
    "bad image by commit": steps.bad_image,
    "what users saw": steps.undisturbed,
    "pods killed under load": steps.killed,
    "every overlay validated by the server": definitions.overlays,
    "the ledger": steps.ledger,
}
_BEFORE_USERS = list(STORY).index("users begin to ask")
# Staging as it is, behind Istio's gateway. What the server thinks of the overlays does not depend on a mesh.
MESH = dict(
    [
        *list(STORY.items())[:_BEFORE_USERS],
        ("strangers in the mesh", refused.refused),
        *((name, step) for name, step in list(STORY.items())[_BEFORE_USERS:] if step is not definitions.overlays),
    ]
)


def main() -> int:
    """Play the story, print it as a table, and leave nothing behind; 1 if a step failed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--keep", action="store_true", help="leave clone and cluster as they are, to look at")
    parser.add_argument("--mesh", action="store_true", help="play it in Istio's mesh, with the overlay of staging")
    given = parser.parse_args()
    git.forget_hook()
    log.configure()
    console = Console(width=150, highlight=False)
    title = "From a commit to a pod" + (" of the mesh" if given.mesh else "")
    table = Table("step", "seconds", "what was seen", title=title)
    folder, failed = Path(tempfile.mkdtemp(prefix="plumbline-cluster-")), ""
    kinds = contextlib.ExitStack()
    try:
        if given.mesh:
            kinds.enter_context(definitions.installed())
        clone = world.make_clone(folder, overlay.make if given.mesh else world.copy_overlay)
        story = World(clone, world.commit(clone), given.mesh)
        played = {name: partial(step, story) for name, step in (MESH if given.mesh else STORY).items()}
        failed = play(played, table, console, (PlumblineError, KeyError))
    except PlumblineError as error:
        failed = str(error)
    finally:
        if given.keep:
            console.print(f"kept: {folder}")
        else:
            try:
                world.stop()
                kinds.close()
            except PlumblineError as error:
                failed = failed or f"not everything was taken away: {error}"
            shutil.rmtree(folder, ignore_errors=True)
    console.print(table)
    if failed:
        console.print(f"error: {failed}", markup=False)
    return int(bool(failed))


if __name__ == "__main__":
    try:
        sys.exit(main())
    except PlumblineError as error:
        sys.exit(f"error: {error}")
