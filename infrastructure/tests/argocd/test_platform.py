"""The Applications of a cluster come in order, from pinned sources, into a project that allows just them."""

import re
import shutil
from pathlib import Path

import pytest
import yaml

from infrastructure.tests.argocd import checks, rendering
from infrastructure.tests.manifests import rendering as overlays
from infrastructure.tests.manifests.objects import of, pods
from plumbline.testing.repository import ROOT

ENVIRONMENTS = ("staging", "production")
CHECKS = {
    "unpinned": checks.unpinned,
    "disorder": checks.disorder,
    "wildcards": checks.wildcards,
    "refused": checks.refused,
    "careless": checks.careless,
}
TEMPLATES = "infrastructure/argocd/platform/templates"
VALUES = "infrastructure/argocd/platform/values.yaml"
FILES = ("infrastructure/argocd", rendering.BRIDGE)


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A copy of what Argo CD reads, to plant faults in."""
    for folder in FILES:
        shutil.copytree(ROOT / folder, tmp_path / folder, ignore=shutil.ignore_patterns(".terraform*"))
    return tmp_path


def plant(file: Path, old: str, new: str) -> None:
    """Put a fault into a file."""
    text = file.read_text()
    assert old in text
    file.write_text(text.replace(old, new))


@pytest.mark.parametrize("environment", ENVIRONMENTS)
@pytest.mark.parametrize("check", CHECKS)
def test_the_applications_are_in_order(environment: str, check: str) -> None:
    assert list(CHECKS[check](rendering.platform(ROOT, environment))) == []


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_the_application_of_a_cluster_waits_for_as_long_as_its_waves(environment: str) -> None:
    target = rendering.cluster(ROOT, environment)
    objects = [rendering.generated(one, target) for one in rendering.applicationsets(ROOT)]
    assert objects
    assert list(checks.careless(objects)) == []


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ("limit: -1", "limit: 5", "services: gives up while a person has yet to put in a secret"),
        ("  refresh: true\n", "", "services: tries an old commit while a newer one is there"),
    ],
)
def test_a_sync_that_a_person_can_come_too_late_for_is_found(old: str, new: str, complaint: str, copy: Path) -> None:
    plant(copy / TEMPLATES / "_helpers.tpl", old, new)
    assert complaint in list(checks.careless(rendering.platform(copy, "staging")))


@pytest.mark.parametrize("check", ["wildcards", "refused", "careless"])
def test_terraform_gives_a_first_application_with_as_few_rights(check: str) -> None:
    assert list(CHECKS[check](rendering.bootstrap())) == []


def test_the_first_project_allows_what_the_first_application_makes() -> None:
    allowed = checks.project(rendering.bootstrap())
    for environment in ENVIRONMENTS:
        manifests = [*rendering.applicationsets(ROOT), *rendering.platform(ROOT, environment)]
        assert list(checks.forbidden(manifests, allowed)) == []


def test_an_application_of_the_platform_makes_no_application() -> None:
    allowed = checks.project(rendering.platform(ROOT, "production"))["spec"]["namespaceResourceWhitelist"]
    assert {"Application", "ApplicationSet", "AppProject"}.isdisjoint(entry["kind"] for entry in allowed)


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_every_folder_that_is_synced_exists(environment: str) -> None:
    assert list(checks.missing_paths(ROOT, rendering.platform(ROOT, environment))) == []


def test_an_addon_whose_label_says_no_is_left_out() -> None:
    everything = checks.applications(rendering.platform(ROOT, "staging"))
    without = checks.applications(rendering.platform(ROOT, "staging", optional=False))
    assert everything.keys() - without.keys() == {"karpenter", "kuberay-operator", "nodes"}


@pytest.mark.parametrize("environment", ENVIRONMENTS)
@pytest.mark.parametrize(
    ("name", "kinds"),
    [("storage", {"ClusterSecretStore", "ConfigMap", "ExternalSecret"}), ("nodes", {"EC2NodeClass", "NodePool"})],
)
def test_the_project_allows_what_our_own_charts_hold(name: str, kinds: set[str], environment: str) -> None:
    objects = rendering.platform(ROOT, environment)
    application = checks.applications(objects)[name]["spec"]
    source, namespace = application["source"], application["destination"]["namespace"]
    manifests = rendering.template(ROOT / source["path"], source["helm"]["valuesObject"], namespace)
    assert {item["kind"] for item in manifests} == kinds
    assert list(checks.forbidden(manifests, checks.project(objects))) == []


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_the_project_allows_what_the_overlays_hold(environment: str) -> None:
    objects = rendering.platform(ROOT, environment)
    paths = [
        checks.applications(objects)[name]["spec"]["source"]["path"] for name in ("mlflow", "services", "schedules")
    ]
    for path in (*paths, "infrastructure/monitoring/receiver", "infrastructure/monitoring/slack"):
        assert list(checks.forbidden(overlays.render(ROOT / path), checks.project(objects))) == []


def storage(kind: str) -> rendering.Object:
    """The object of a kind that the Application `storage` makes in staging."""
    source = checks.applications(rendering.platform(ROOT, "staging"))["storage"]["spec"]["source"]["helm"]
    objects = rendering.template(ROOT / "infrastructure/argocd/storage", source["valuesObject"])
    (found,) = of(objects, kind)
    return found


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_claims_leave_the_storage_class_to_the_cluster(environment: str) -> None:
    # given all that claims a volume in a cluster: the settings of the addons, the overlay, the pipelines, the receiver
    objects = rendering.platform(ROOT, environment)
    applications = checks.applications(objects)
    folders = [applications[name]["spec"]["source"]["path"] for name in ("mlflow", "services", "schedules")]
    manifests = [item for path in folders for item in overlays.render(ROOT / path)]
    receiver = overlays.render(ROOT / "infrastructure/monitoring/receiver")
    # then none names a class that a cluster may lack
    assert "storageClassName" not in str([objects, manifests, receiver])


def test_buckets_reach_the_cluster_under_their_names() -> None:
    buckets = {name: value for name, value in storage("ConfigMap")["data"].items() if name.startswith("BUCKET_")}
    assert buckets == {
        "BUCKET_PIPELINE": "bucket-pipeline-of-staging",
        "BUCKET_MODELS": "bucket-models-of-staging",
        "BUCKET_DATA": "bucket-data-of-staging",
        "BUCKET_DATA_CACHE": "bucket-data-cache-of-staging",
    }


def test_a_password_that_rds_rotated_reaches_mlflow_within_minutes() -> None:
    assert storage("ExternalSecret")["spec"]["refreshInterval"] == "5m"


def test_self_heal_leaves_alone_what_controllers_own() -> None:
    services = checks.applications(rendering.platform(ROOT, "production"))["services"]["spec"]
    assert {entry["kind"] for entry in services["ignoreDifferences"]} == {"VirtualService", "Deployment", "Rollout"}
    assert {"RespectIgnoreDifferences=true", "ApplyOutOfSyncOnly=true"} == set(services["syncPolicy"]["syncOptions"])


def test_a_change_of_the_routes_in_git_shows() -> None:
    """Rollouts owns the list as a whole: to trust its fields would hide every change, not just weights and a mirror."""
    services = checks.applications(rendering.platform(ROOT, "production"))["services"]["spec"]
    (routes,) = (entry for entry in services["ignoreDifferences"] if entry["kind"] == "VirtualService")
    component = yaml.safe_load((ROOT / "infrastructure/kubernetes/components/shadow/mirror.yaml").read_text())
    ((mirror,),) = (step["value"] for step in component if step["path"].endswith("/managedRoutes"))
    added = f'.spec.http[] | select(.name == "{mirror["name"]}")'
    assert set(routes["jqPathExpressions"]) == {added, ".spec.http[].route[].weight"}
    assert "managedFieldsManagers" not in routes


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_what_controllers_add_to_a_pod_passes_the_level_of_its_namespace(environment: str) -> None:
    """Pod Security looks at every container of a pod, whoever put it there."""
    applications = checks.applications(rendering.platform(ROOT, environment))
    values = {
        name: application["spec"]["source"].get("helm", {}).get("valuesObject", {})
        for name, application in applications.items()
    }
    executor = values["argo-workflows"]["executor"]["securityContext"]
    assert executor["allowPrivilegeEscalation"] is False
    assert executor["capabilities"] == {"drop": ["ALL"]}
    # The sidecar's own init container would ask for NET_ADMIN without it.
    assert values["istiod"]["pilot"]["cni"] == {"enabled": True}
    assert "istio-cni" in applications


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_the_gateway_starts_while_its_registry_is_away(environment: str) -> None:
    gateway = checks.applications(rendering.platform(ROOT, environment))["istio-gateway"]["spec"]["source"]["helm"]
    assert gateway["valuesObject"]["imagePullPolicy"] == "IfNotPresent"


def test_a_failed_workflow_is_counted_for_its_own_namespace() -> None:
    """As rules/pipeline.yaml looks at it: with the controller's namespace the alert would never fire."""
    workflows = checks.applications(rendering.platform(ROOT, "production"))["argo-workflows"]["spec"]
    assert workflows["source"]["helm"]["valuesObject"]["controller"]["metricsConfig"]["honorLabels"] is True


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_the_monitor_pushes_to_the_gateway_that_is_installed(environment: str) -> None:
    gateway = checks.applications(rendering.platform(ROOT, environment))["prometheus-pushgateway"]["spec"]
    jobs = of(overlays.render(ROOT / "infrastructure/kubernetes/overlays" / environment), "CronJob")
    (monitor,) = (job for job in jobs if job["metadata"]["name"] == "monitor")
    (pod,) = pods([monitor])
    variables = {variable["name"]: variable for variable in pod.spec["containers"][0]["env"]}
    name, namespace = gateway["source"]["helm"]["releaseName"], gateway["destination"]["namespace"]
    assert variables["MONITOR_PUSHGATEWAY_URL"]["value"] == f"http://{name}.{namespace}.svc:9091"
    assert variables["MONITOR_NAMESPACE"]["valueFrom"] == {"fieldRef": {"fieldPath": "metadata.namespace"}}
    assert gateway["source"]["helm"]["valuesObject"]["serviceMonitor"]["honorLabels"] is True


def test_prometheus_scrapes_argo_cd() -> None:
    """The names are those that Argo CD's chart gives to the service of its controller's metrics."""
    stack = checks.applications(rendering.platform(ROOT, "staging"))["kube-prometheus-stack"]["spec"]["source"]["helm"]
    (monitor,) = stack["valuesObject"]["prometheus"]["additionalServiceMonitors"]
    labels = {"app.kubernetes.io/name": "argocd-metrics", "app.kubernetes.io/component": "application-controller"}
    assert monitor["namespaceSelector"] == {"matchNames": ["argocd"]}
    assert monitor["selector"] == {"matchLabels": labels}
    assert monitor["endpoints"] == [{"port": "http-metrics", "path": "/metrics", "honorLabels": True}]
    terraform = (ROOT / rendering.BRIDGE / "argocd.tf").read_text()
    assert re.search(r"controller = \{\s+metrics\s+= \{ enabled = true \}", terraform)


def test_grafana_and_the_analyses_ask_the_same_prometheus_and_nobody_logs_in() -> None:
    stack = checks.applications(rendering.platform(ROOT, "staging"))["kube-prometheus-stack"]["spec"]["source"]["helm"]
    grafana = stack["valuesObject"]["grafana"]
    (source,) = grafana["datasources"]["prometheus.yaml"]["datasources"]
    analyses = of(overlays.render(ROOT / "infrastructure/kubernetes/overlays/staging"), "AnalysisTemplate")
    providers = [metric["provider"] for analysis in analyses for metric in analysis["spec"]["metrics"]]
    assert {provider["prometheus"]["address"] for provider in providers if "prometheus" in provider} == {source["url"]}
    assert grafana["grafana.ini"]["security"]["disable_initial_admin_creation"] is True
    assert grafana["sidecar"]["dashboards"]["skipReload"] is True
    assert grafana["sidecar"]["datasources"]["enabled"] is False


@pytest.mark.parametrize("version", ["1.29.x", ">=1.29", "1.29", "*", ""])
def test_a_chart_that_is_not_pinned_is_found(version: str, copy: Path) -> None:
    objects = rendering.platform(copy, "staging")
    checks.applications(objects)["istiod"]["spec"]["source"]["targetRevision"] = version
    assert list(checks.unpinned(objects)) == [f"istiod: its chart has the version '{version}', not an exact one"]
    plant(copy / VALUES, "version: 1.29.2", f'version: "{version}"')
    with pytest.raises(rendering.RenderingError, match="addons/istiod/version"):
        rendering.platform(copy, "staging")


def test_a_chart_without_version_is_found(copy: Path) -> None:
    plant(copy / VALUES, "    version: 2.4.1\n", "")
    with pytest.raises(rendering.RenderingError, match=r"addons/external-secrets.*\n?.*version"):
        rendering.platform(copy, "staging")


def test_an_addon_without_its_file_is_found(copy: Path) -> None:
    (copy / "infrastructure/argocd/platform/addons/istiod.yaml").unlink()
    with pytest.raises(rendering.RenderingError, match=r"addons/istiod\.yaml is missing"):
        rendering.platform(copy, "staging")


def test_an_overlay_that_does_not_exist_is_found(copy: Path) -> None:
    plant(copy / TEMPLATES / "services.yaml", "/overlays/", "/overlay/")
    found = list(checks.missing_paths(ROOT, rendering.platform(copy, "staging")))
    assert "services: the folder infrastructure/kubernetes/overlay/staging does not exist" in found


def test_services_before_their_controllers_are_found(copy: Path) -> None:
    plant(
        copy / TEMPLATES / "services.yaml",
        '"platform.metadata" 5',
        '"platform.metadata" 0',
    )
    found = list(checks.disorder(rendering.platform(copy, "staging")))
    assert found == ["services (wave 0) does not wait for mlflow (wave 4)"]


@pytest.mark.parametrize(
    ("old", "new", "field"),
    [
        ("{group: apps, kind: DaemonSet}", '{group: "*", kind: "*"}', "namespaceResourceWhitelist"),
        ('{group: "", kind: Namespace}', '{group: "", kind: "*"}', "clusterResourceWhitelist"),
        ("{{ . | quote }}", '"*"', "destinations"),
        ('list "kube-system"', 'list "*"', "destinations"),
        ("list .Values.repo_url", 'list "*"', "sourceRepos"),
    ],
)
def test_a_project_that_allows_everything_is_found(old: str, new: str, field: str, copy: Path) -> None:
    plant(copy / TEMPLATES / "project.yaml", old, new)
    found = list(checks.wildcards(rendering.platform(copy, "staging")))
    assert found
    assert all(re.match(rf"plumbline: {field} allows .*\*", complaint) for complaint in found)
