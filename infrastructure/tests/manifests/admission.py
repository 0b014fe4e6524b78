"""What the policy of `components/admission` would refuse of the objects beside it.

A real API server is asked by `plumb test-cluster`.
"""

import ast
import re
from collections.abc import Iterator

from infrastructure.tests.manifests.objects import of, pods, title
from infrastructure.tests.manifests.rendering import Object

_DIGEST = re.compile(r"@sha256:[0-9a-f]{64}$")
_NONE = "@sha256:" + "0" * 64  # of an overlay whose images are not set yet, which runs nowhere


def faults(objects: list[Object]) -> Iterator[str]:
    """Give the pods whose images the API server would refuse."""
    for policy in of(objects, "ValidatingAdmissionPolicy"):
        for pod in pods(objects):
            for image in (container["image"] for container in pod.containers):
                if not image.endswith(_NONE) and not admits(policy, image):
                    yield f"{title(pod.owner)}: {title(policy)} refuses the image {image}"


def admits(policy: Object, image: str) -> bool:
    """Tell whether a policy lets an image run."""
    # Strings, and lists of them, are written alike in CEL and in Python.
    said = {one["name"]: one["expression"] for one in policy["spec"]["variables"]}
    prefix, injected = (ast.literal_eval(said[name]) for name in ("prefix", "injected"))
    return image.startswith(tuple(injected)) or (image.startswith(prefix) and bool(_DIGEST.search(image)))
