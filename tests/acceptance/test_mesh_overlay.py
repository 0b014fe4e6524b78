"""What the story in a mesh deploys is staging: names, sizes and secrets are its own, and nothing else is."""

import re
import shutil
from pathlib import Path

import pytest
import yaml

from infrastructure.tests.manifests import differences, rendering
from plumbline.testing.repository import ROOT, plant
from tests.acceptance.cluster.mesh import overlay, scraping
from tests.acceptance.cluster.world import OVERLAY, OVERLAYS

STAGING = OVERLAYS / "staging"
NAMES = (
    "ConfigMap (bundle|served)/data/.+",
    "Gateway api/spec/servers/[01]/hosts/0",
    "Gateway api/spec/servers/0/tls/credentialName",
    "AnalysisTemplate (success-rate|latency)/spec/metrics/0/provider/prometheus/address",
    "NetworkPolicy metrics/spec/ingress/0/from/0/namespaceSelector/matchLabels/kubernetes.io/metadata.name",
    "ValidatingAdmissionPolicy plumbline-images/spec/variables/0/expression",  # where images are from
    "ValidatingAdmissionPolicy plumbline-images/spec/variables/3/expression",  # by the commit where there is no digest
)
SIZES = (
    "HorizontalPodAutoscaler (api|predict)/spec/(min|max)Replicas",
    "(Deployment api|Rollout predict)/spec/template/spec/containers/0/resources/requests/cpu",
    "Rollout predict/spec/progressDeadlineSeconds",
    "Rollout predict/spec/strategy/canary/steps/[147]/pause/duration",
    "AnalysisTemplate (success-rate|latency)/spec/metrics/0/(count|interval)",
    "AnalysisTemplate latency/spec/args/3/value",
    "AnalysisTemplate latency/spec/metrics/0/(success|failure)Condition",  # the limit: of one node that all share
)
SECRETS = ("ExternalSecret .+", "Secret .+", ".+/envFrom/[0-9]/secretRef/name")
OWN = re.compile("|".join([*NAMES, *SIZES, *SECRETS]))


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """What the overlay is made of, with the overlay."""
    for folder in ("infrastructure/kubernetes", "infrastructure/monitoring", "tests/acceptance/cluster"):
        shutil.copytree(ROOT / folder, tmp_path / folder)
    overlay.make(tmp_path)
    return tmp_path


def test_the_overlay_of_the_mesh_is_staging_but_for_names_sizes_and_secrets(clone: Path) -> None:
    found = differences.fields(clone / STAGING, clone / OVERLAY)

    assert not [f"{where}: {values}" for where, values in found.items() if not OWN.fullmatch(where)]
    assert {where.partition("/")[0] for where in found} >= {"Gateway api", "Rollout predict", "NetworkPolicy metrics"}


@pytest.mark.parametrize("component", ["mesh", "network-policies", "admission"])
def test_an_overlay_that_lacks_a_component_is_found(clone: Path, component: str) -> None:
    plant(clone, f"{OVERLAY}/kustomization.yaml", f"- ../../components/{component}\n", "")

    found = differences.fields(clone / STAGING, clone / OVERLAY)

    assert [where for where in found if not OWN.fullmatch(where)]


def test_prometheus_scrapes_what_the_monitors_of_the_overlay_say(clone: Path) -> None:
    given = (ROOT / "tests/acceptance/cluster/testbed/prometheus.yml").read_text()

    jobs = yaml.safe_load(scraping.config(given, rendering.render(clone / OVERLAY)))["scrape_configs"]

    assert [(job["job_name"], job["metrics_path"]) for job in jobs] == [
        ("api", "/stats/prometheus"),
        ("predict", "/stats/prometheus"),
    ]
    for job in jobs:
        mine, to_the_sidecar = job["relabel_configs"]
        assert (mine["action"], mine["regex"]) == ("keep", job["job_name"])
        assert (to_the_sidecar["target_label"], to_the_sidecar["replacement"]) == ("__address__", "$1:15020")
        assert [rule["source_labels"] for rule in job["metric_relabel_configs"]] == [["__name__"]]
