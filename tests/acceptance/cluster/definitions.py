"""The definitions of others' kinds, in the cluster for as long as objects of these kinds are validated."""

from collections.abc import Iterator
from contextlib import contextmanager

import yaml

from infrastructure.tests.schemas import Loader
from plumbline.testing import schemas
from tests.acceptance.cluster.kube import kubectl


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
