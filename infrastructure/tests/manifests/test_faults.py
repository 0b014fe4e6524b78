"""A fault that is planted in a copy of the manifests is found, and the message names it."""

from collections.abc import Callable, Iterable
from pathlib import Path

import pytest

from infrastructure.tests import schemas
from infrastructure.tests.manifests import admission, measures, references, rendering, security
from plumbline.testing.repository import plant

OVERLAY = "overlays/staging/kustomization.yaml"
API, PREDICT, LIMITS = "base/api/deployment.yaml", "base/predict/deployment.yaml", "base/namespace/limitrange.yaml"
MONITOR, SCALER = "base/monitor/cronjob.yaml", "components/autoscaling/horizontalpodautoscaler-api.yaml"
SUCCESS = "components/canary-replicas/analysistemplate-success-rate.yaml"
REQUESTS = "components/autoscaling-requests/kustomization.yaml"
DIGEST = ', digest: "sha256:' + "0" * 64 + '"}'


def assert_found(
    check: Callable[[list[rendering.Object]], Iterable[str]], copy: Path, file: str, old: str, new: str, message: str
) -> None:
    assert list(check(rendering.render(copy / "overlays/staging"))) == []

    plant(copy, file, old, new)

    found = list(check(rendering.render(copy / "overlays/staging")))
    assert [fault for fault in found if message in fault], found


@pytest.mark.parametrize(
    ("file", "old", "new", "message"),
    [
        (
            OVERLAY,
            DIGEST,
            "}  #",
            "Deployment api: container api has the image docker.io/plumbline/plumbline-api, which",
        ),
        (OVERLAY, DIGEST, ", newTag: latest}", "plumbline-api:latest, which is not pinned"),
        (API, "startupProbe", "x-startupProbe", "Deployment api: container api has no startupProbe"),
        (PREDICT, "livenessProbe", "x-livenessProbe", "Rollout predict: container predict has no livenessProbe"),
        (API, "path: /readyz", "path: /livez", "killed by the question that should only keep requests away"),
        (API, "runAsNonRoot: true", "runAsNonRoot: false", "Deployment api: may run as root"),
        (MONITOR, "runAsUser: 10001", "runAsUser: 0", "CronJob monitor: may run as root"),
        (PREDICT, "readOnlyRootFilesystem: true", "readOnlyRootFilesystem: false", "bundle can write to its root"),
        (API, "drop: [ALL]", "drop: [ALL], add: [SYS_ADMIN]", "container api keeps capabilities"),
        (API, "emptyDir: {sizeLimit: 256Mi}", "hostPath: {path: /tmp}", "volume temporary is a folder of the node"),
        (API, "automountServiceAccountToken: false", "automountServiceAccountToken: true", "mounts a token"),
        (PREDICT, "limits: {memory: 256Mi}", "limits: {}", "container bundle lacks requests"),
        ("base/namespace/namespace.yaml", "restricted", "baseline", "Pod Security is baseline, not restricted"),
        (LIMITS, "default: {", "x-default: {", "LimitRange defaults: has a max of memory but no default"),
        (LIMITS, "max: {", "max: {cpu: 4, ", "LimitRange defaults: has a max of cpu but no default"),
    ],
)
def test_an_unsafe_pod_or_namespace_is_found(copy: Path, file: str, old: str, new: str, message: str) -> None:
    assert_found(security.faults, copy, file, old, new, message)


@pytest.mark.parametrize(
    ("file", "old", "new", "message"),
    [
        (PREDICT, "configMap: {name: signing-keys}", "configMap: {name: keys}", "ConfigMap keys does not exist"),
        (PREDICT, "key: BUNDLE_SHA256", "key: SHA256", "has no key SHA256"),
        (
            API,
            "secretRef: {name: api}",
            "secretRef: {name: database}",
            "Deployment api: Secret database does not exist",
        ),
        (
            MONITOR,
            "secretRef: {name: monitor}",
            "secretRef: {name: mail}",
            "CronJob monitor: Secret mail does not exist",
        ),
        (
            MONITOR,
            "{name: MONITOR_BUNDLE_URI, value: /bundle}",
            "{name: MONITOR_BUNDLE_URI, valueFrom: {configMapKeyRef: {name: bundle, key: BUNDLE_URI}}}",
            "CronJob monitor: MONITOR_BUNDLE_URI of monitor is no folder that is mounted",
        ),
        ("base/api/externalsecret.yaml", "name: api}", "name: web}", "Deployment api: Secret api does not exist"),
        (
            API,
            "serviceAccountName: api",
            "serviceAccountName: web",
            "Deployment api: service account web does not exist",
        ),
        ("components/mesh/authorizationpolicy-predict.yaml", "[api]", "[web]", "service account web does not exist"),
        (API, "port: http", "port: web", "startupProbe of api asks port web, which does not exist"),
        ("base/api/service.yaml", "targetPort: http", "targetPort: 80", "Service api: target port 80 does not exist"),
        (API, "http://predict:8001", "http://predict:80", "Deployment api: no service predict has port 80"),
        ("components/observability/servicemonitor-api.yaml", "name: api}", "name: web}", "selects 0 services"),
        ("components/autoscaling/poddisruptionbudget-api.yaml", "name: api}", "name: web}", "selects no pod"),
        ("components/network-policies/ingress-to-api.yaml", "name: api}", "name: web}", "selects no pod"),
        ("components/network-policies/to-pushgateway.yaml", "calls-pushgateway", "pushes", "selects no pod"),
        (SCALER, "kind: Deployment, name: api", "kind: Deployment, name: web", "Deployment web does not exist"),
        ("components/mesh/virtualservice-api.yaml", "8000", "80", "VirtualService api: no service api has port 80"),
        ("components/mesh/virtualservice-api.yaml", "[api]", "[web]", "VirtualService api: Gateway web does not exist"),
        ("components/canary/destinationrule.yaml", "name: canary", "name: new", "predict has no subset canary"),
        (PREDICT, "{name: keys, mountPath", "{name: key, mountPath", "volume key does not exist"),
        (
            OVERLAY,
            "  - ../../base/namespace\n",
            "",
            "NetworkPolicy default-deny: namespace plumbline-staging is made by no",
        ),
        (
            "base/namespace/namespace.yaml",
            "  labels:",
            '  annotations: {argocd.argoproj.io/sync-wave: "1"}\n  labels:',
            "Service api: namespace plumbline-staging is made after it",
        ),
    ],
)
def test_a_reference_that_leads_nowhere_is_found(copy: Path, file: str, old: str, new: str, message: str) -> None:
    assert_found(references.faults, copy, file, old, new, message)


@pytest.mark.parametrize(
    ("file", "old", "new", "message"),
    [
        (
            API,
            "apiVersion: apps/v1",
            "apiVersion: apps/v1beta1",
            "Deployment api: apps/v1beta1 is served by no version",
        ),
        (
            "components/canary/virtualservice.yaml",
            "io/v1",
            "io/v1alpha1",
            "networking.istio.io/v1alpha1 is served by no",
        ),
        (API, "revisionHistoryLimit", "revisionsHistoryLimit", "('revisionsHistoryLimit' was unexpected)"),
        (SUCCESS, "failureLimit", "failuresLimit", "('failuresLimit' was unexpected)"),
    ],
)
def test_what_the_api_server_would_refuse_is_found(copy: Path, file: str, old: str, new: str, message: str) -> None:
    assert_found(schemas.faults, copy, file, old, new, message)


@pytest.mark.parametrize(
    ("file", "old", "new", "message"),
    [
        (
            SUCCESS,
            "plumbline:requests:",
            "plumbline:answers:",
            "AnalysisTemplate success-rate: no rule records plumbline:a",
        ),
        (
            "../monitoring/rules/requests.yaml",
            "latency_p99_1m",
            "p99",
            "AnalysisTemplate latency: no rule records plumb",
        ),
        (OVERLAY, "  - ../../components/observability\n", "", "AnalysisTemplate latency: no rule records"),
    ],
)
def test_an_analysis_of_what_no_rule_records_is_found(copy: Path, file: str, old: str, new: str, message: str) -> None:
    assert_found(measures.faults, copy, file, old, new, message)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (f"plumbline-predict{DIGEST}", "plumbline-predict, newTag: latest}", "plumbline-predict:latest"),
        (
            f"docker.io/plumbline/plumbline-monitor{DIGEST}",
            f"quay.io/other/monitor{DIGEST.replace('0', '1')}",
            "CronJob monitor: ValidatingAdmissionPolicy plumbline-images refuses the image quay.io/other/monitor@",
        ),
    ],
)
def test_an_image_that_the_api_server_would_refuse_is_found(copy: Path, old: str, new: str, message: str) -> None:
    assert_found(admission.faults, copy, OVERLAY, old, new, message)


def test_a_scaler_of_what_no_rule_records_is_found(copy: Path) -> None:
    plant(copy, REQUESTS, 'plumbline:requests:rate_2m"}, target', 'plumbline:rate"}, target')
    chosen = ("autoscaling", "autoscaling-requests", "observability", "plain")

    found = measures.faults(rendering.render(rendering.combine(copy, chosen)))

    assert found == ["HorizontalPodAutoscaler api: no rule records plumbline:rate"]
