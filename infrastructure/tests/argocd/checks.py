"""What is wrong with the Applications of a cluster: each check gives its complaints, and none if all is well."""

import re
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

from infrastructure.tests.argocd.rendering import ADDON, PREFIX, Object, addons, written

EXACT = re.compile(r"\d+\.\d+\.\d+")
# What needs the kinds, the certificate or the secrets of what stands before it.
CHAINS = (
    ("istio-base", "istiod", "istio-gateway", "storage"),
    ("istio-base", "istio-cni", "storage"),
    ("kube-prometheus-stack", "argo-rollouts", "storage"),
    ("kube-prometheus-stack", "argo-workflows", "storage"),
    ("kube-prometheus-stack", "prometheus-pushgateway", "storage"),
    ("kube-prometheus-stack", "kuberay-operator", "storage"),
    ("external-secrets", "storage"),
    ("karpenter", "nodes", "storage"),
    ("storage", "mlflow", "services", "schedules"),
)


def applications(objects: list[Object]) -> dict[str, Object]:
    """The Applications by name; the one of the services overlay is `services` in every environment."""
    found = {item["metadata"]["name"]: item for item in objects if item["kind"] == "Application"}
    return {"services" if name.startswith("plumbline-") else name: item for name, item in found.items()}


def project(objects: list[Object]) -> Object:
    """The one AppProject."""
    (found,) = (item for item in objects if item["kind"] == "AppProject")
    return found


def unpinned(objects: list[Object]) -> Iterator[str]:
    """Charts whose version is missing or a range."""
    for name, item in applications(objects).items():
        version = str(item["spec"]["source"].get("targetRevision") or "")
        if "chart" in item["spec"]["source"] and not EXACT.fullmatch(version):
            yield f"{name}: its chart has the version '{version}', not an exact one"


def annotations(root: Path) -> Iterator[str]:
    """Labels and annotations that are read and not written, or written and not read."""
    text = "\n".join(file.read_text() for file in root.glob("infrastructure/argocd/applicationsets/*.yaml"))
    for kind, prefix, given in (
        ("annotations", PREFIX, written(root)),
        ("labels", ADDON, set(addons(root))),
    ):
        read = set(re.findall(rf'index \.metadata\.{kind} "{re.escape(prefix)}([\w-]+)"', text))
        yield from (f"{prefix}{name} is read, but modules/gitops-bridge does not write it" for name in read - given)
        yield from (f"{prefix}{name} is written, but no ApplicationSet reads it" for name in given - read)


def missing_paths(root: Path, objects: list[Object]) -> Iterator[str]:
    """Folders that an Application syncs and that are not there."""
    for name, item in applications(objects).items():
        path = item["spec"]["source"].get("path")
        if path is not None and not (root / path).is_dir():
            yield f"{name}: the folder {path} does not exist"


def disorder(objects: list[Object]) -> Iterator[str]:
    """Applications that do not wait for what they need."""
    waves = {
        name: int(item["metadata"]["annotations"]["argocd.argoproj.io/sync-wave"])
        for name, item in applications(objects).items()
    }
    for chain in CHAINS:
        for before, after in pairwise(name for name in chain if name in waves):
            if waves[before] >= waves[after]:
                yield f"{after} (wave {waves[after]}) does not wait for {before} (wave {waves[before]})"
    links = {name for chain in CHAINS for name in chain}
    yield from (f"{name} is in no chain of infrastructure/tests/argocd/checks.py" for name in waves.keys() - links)


def wildcards(objects: list[Object]) -> Iterator[str]:
    """Rights of a project that are no list of names."""
    found = project(objects)
    granted = [("sourceRepos", {"url": url}) for url in found["spec"]["sourceRepos"]]
    for field in ("destinations", "clusterResourceWhitelist", "namespaceResourceWhitelist"):
        granted += [(field, entry) for entry in found["spec"][field]]
    for field, entry in granted:
        if any("*" in str(value) for value in entry.values()):
            yield f"{found['metadata']['name']}: {field} allows {entry}"


def refused(objects: list[Object]) -> Iterator[str]:
    """Applications that their project would not let sync, by repository or destination."""
    allowed = project(objects)["spec"]
    for name, item in applications(objects).items():
        spec = item["spec"]
        if spec["source"]["repoURL"] not in allowed["sourceRepos"]:
            yield f"{name}: the project does not allow {spec['source']['repoURL']}"
        if spec["destination"] not in allowed["destinations"]:
            yield f"{name}: the project does not allow {spec['destination']}"


def forbidden(manifests: list[Object], allowed: Object) -> Iterator[str]:
    """Objects of a kind that the project does not allow."""
    lists = (*allowed["spec"]["clusterResourceWhitelist"], *allowed["spec"]["namespaceResourceWhitelist"])
    for item in manifests:
        group = item["apiVersion"].rpartition("/")[0]
        if {"group": group, "kind": item["kind"]} not in lists:
            yield f"{item['kind']} {item['metadata']['name']}: the project does not allow {group}/{item['kind']}"


def careless(objects: list[Object]) -> Iterator[str]:
    """Applications that drift, give up, hold on to an old commit, or leave behind what they installed."""
    for name, item in applications(objects).items():
        policy = item["spec"]["syncPolicy"]
        if policy["automated"] != {"prune": True, "selfHeal": True}:
            yield f"{name}: is not pruned and healed"
        if policy["retry"]["limit"] >= 0:
            yield f"{name}: gives up while a person has yet to put in a secret"
        if not policy["retry"].get("refresh"):
            yield f"{name}: tries an old commit while a newer one is there"
        if "resources-finalizer.argocd.argoproj.io" not in item["metadata"].get("finalizers", []):
            yield f"{name}: a deletion would leave behind what it installed"
