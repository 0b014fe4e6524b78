"""The definitions of others' kinds, in the cluster for as long as objects of these kinds are validated or deployed."""

from collections.abc import Iterator
from contextlib import contextmanager

import yaml

from infrastructure.tests.manifests import rendering
from infrastructure.tests.schemas import Loader
from plumbline.testing import schemas
from tests.acceptance.cluster import kube
from tests.acceptance.cluster.kube import kubectl
from tests.acceptance.cluster.world import World


@contextmanager
def installed() -> Iterator[None]:
    """Install the pinned definitions that the cluster lacks, and take them away again."""
    schemas.fetch()
    files = [file for file, _, _ in schemas.pinned() if file.suffix != ".json"]
    there = set(kubectl("get", "crd", "-o", "name").split())
    lacking = {}
    for file in files:
        for definition in yaml.load_all(file.read_text(), Loader=Loader):
            name = f"customresourcedefinition.apiextensions.k8s.io/{definition['metadata']['name']}"
            if name not in there:
                lacking[name] = file
    try:
        for file in dict.fromkeys(lacking.values()):
            kubectl("apply", "--server-side", "-f", str(file))
        if lacking:
            kubectl("wait", "--for=condition=Established", *lacking, "--timeout=60s")
        yield
    finally:
        if lacking:
            kubectl("delete", *lacking, "--ignore-not-found", "--timeout=60s")


def overlays(story: World) -> str:
    """The API server validates every overlay, with the definitions of all kinds."""
    infrastructure = story.clone / "infrastructure"
    folders = [*rendering.overlays(infrastructure), *(infrastructure / "kubernetes" / name for name in rendering.APART)]
    objects = [item for folder in folders for item in yaml.safe_load_all(kubectl("kustomize", str(folder)))]
    spaces = {item["metadata"].get("namespace", "default") for item in objects} - {"default"}
    with installed():
        kube.dry_run(objects, sorted(spaces))
    return f"{len(objects)} objects of {len(folders)} folders are valid"
