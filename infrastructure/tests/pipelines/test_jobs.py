"""Jobs of Ray are as restricted as every pod, run where they should, end, and name what exists."""

import re
import shutil
from pathlib import Path

import pytest
import yaml

from infrastructure.tests import schemas
from infrastructure.tests.argocd import rendering as argocd
from infrastructure.tests.manifests import admission, references, rendering, security
from infrastructure.tests.manifests.objects import of, pods, selected
from infrastructure.tests.manifests.rendering import Object
from infrastructure.tests.pipelines import jobs
from infrastructure.tests.pipelines.checks import FOLDER
from plumbline.testing.repository import ROOT, plant

ENVIRONMENTS = ("staging", "production")
JOB, TUNE = "ray/cluster/rayjob.yaml", "ray/tune/kustomization.yaml"
CONTEXT = "      securityContext: *restricted"  # of the autoscaler
# Every namespace has it.
AUTHORITY: Object = {"kind": "ConfigMap", "metadata": {"name": "kube-root-ca.crt"}, "data": {"ca.crt": ""}}


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A copy of the pipelines whose overlays take what jobs need, as their README says."""
    (block,) = re.findall(r"```yaml\n(.*?)```", (FOLDER / "README.md").read_text(), flags=re.S)
    root = shutil.copytree(FOLDER, tmp_path / "pipelines")
    for environment in ENVIRONMENTS:
        file = root / f"overlays/{environment}/kustomization.yaml"
        content = yaml.safe_load(file.read_text())
        added = yaml.safe_load(block.replace("plumbline-staging", f"plumbline-{environment}"))
        file.write_text(yaml.safe_dump(content | added | {"patches": content["patches"] + added["patches"]}))
    return root


def started(root: Path, environment: str = "staging") -> list[Object]:
    """Both jobs of an environment."""
    return rendering.render(root / f"overlays/{environment}/ray")


def around(root: Path, environment: str) -> list[Object]:
    """What is in the namespace when a job starts."""
    applications = {item["metadata"]["name"]: item for item in argocd.platform(ROOT, environment)}
    values = applications["storage"]["spec"]["source"]["helm"]["valuesObject"]
    return [
        *rendering.render(rendering.KUBERNETES / "overlays" / environment),
        *rendering.render(rendering.KUBERNETES / "base/mlflow"),
        *argocd.template(ROOT / "infrastructure/argocd/storage", values),
        *rendering.render(root / "overlays" / environment),
        AUTHORITY,
    ]


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_jobs_have_no_fault(copy: Path, environment: str) -> None:
    objects, there = started(copy, environment), around(copy, environment)

    assert {item["metadata"]["name"] for item in of(objects, "RayJob")} == {"tune", "score"}
    assert len(objects) == 2  # the parameters are none
    assert jobs.faults(objects) == []
    assert security.faults(objects) == []
    assert list(schemas.faults([*objects, *rendering.render(copy / "overlays" / environment)])) == []
    assert [it for it in references.faults([*there, *objects]) if "RayJob" in it] == []
    assert list(admission.faults([*objects, *of(there, "ValidatingAdmissionPolicy")])) == []


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_the_secret_of_the_jobs_is_of_its_environment(copy: Path, environment: str) -> None:
    secrets = of(rendering.render(copy / "overlays" / environment), "ExternalSecret")
    (secret,) = (item for item in secrets if item["metadata"]["name"] == "ray-mlflow")

    assert {entry["remoteRef"]["key"] for entry in secret["spec"]["data"]} == {f"plumbline-{environment}/ray-mlflow"}


def test_parameters_stand_in_the_commands(copy: Path) -> None:
    parameters = {"trials": "7", "dvc_remote_url": "s3://a/dvc", "source": "s3://a/in", "output": "s3://b/out"}
    file = copy / "overlays/staging/ray/parameters.yaml"
    file.write_text(yaml.safe_dump(yaml.safe_load(file.read_text()) | {"data": parameters}))

    score, tune = sorted(started(copy), key=lambda job: str(job["metadata"]["name"]))

    assert score["spec"]["entrypoint"] == "python -m plumbline.cli score s3://a/in s3://b/out"
    assert tune["spec"]["entrypoint"] == "python -m plumbline.cli model tune --trials 7"
    *_, data = tune["spec"]["rayClusterSpec"]["headGroupSpec"]["template"]["spec"]["initContainers"]
    assert {"name": "DVC_REMOTE_URL", "value": "s3://a/dvc"} in data["env"]


def test_every_pod_of_a_job_reaches_the_others_and_what_it_calls(copy: Path) -> None:
    objects, policies = started(copy), of(around(copy, "staging"), "NetworkPolicy")

    for pod in pods(objects):
        named = {item["metadata"]["name"] for item in policies if selected(item["spec"]["podSelector"], pod.labels)}
        submits = [container["name"] for container in pod.containers] == ["submitter"]
        assert {"ray", "dns"} <= named
        assert ("to-aws" in named) is not submits


@pytest.mark.parametrize(
    ("file", "old", "new", "message"),
    [
        (JOB, "limits: {memory: 3Gi}", "limits: {}", "container worker lacks requests of CPU and memory, or a limit"),
        (JOB, "limits: {memory: 2Gi}", "limits: {}", "container head lacks"),
        (JOB, f"        limits: {{memory: 512Mi}}\n{CONTEXT}", CONTEXT, "container autoscaler lacks"),
        (JOB, "limits: {memory: 256Mi}", "limits: {}", "container code lacks"),
        (TUNE, "limits: {memory: 2Gi}", "limits: {}", "container data lacks"),
        (JOB, f"\n{CONTEXT}\n", "\n", "container autoscaler keeps capabilities"),
        (JOB, "                securityContext: *restricted\n", "", "container wait-gcs-ready may gain privileges"),
        (JOB, "runAsNonRoot: true", "runAsNonRoot: false", "RayJob tune: may run as root"),
        (JOB, "submitterPodTemplate", "x-submitterPodTemplate", "RayJob score: may run as root"),
        (JOB, "allowPrivilegeEscalation: false", "privileged: true", "container submitter may gain privileges"),
        (JOB, "nodeSelector: {plumbline/node-group: pipelines}", "", "runs elsewhere than on the nodes"),
        (JOB, "value: pipelines, effect", "value: services, effect", "runs elsewhere than on the nodes"),
        (JOB, "serviceAccountName: ray", "serviceAccountName: default", "of another identity than `ray`"),
        (JOB, "automountServiceAccountToken: false", "automountServiceAccountToken: true", "mounts a token"),
        (JOB, "{name: token, mountPath: /var", "{name: token, mountPath: /tmp/var", "or cannot: autoscaler"),
        (JOB, "image: ray", "image: docker.io/rayproject/ray:latest", "which is not pinned"),
        (JOB, "activeDeadlineSeconds: 10800", "", "has no deadline"),
        (JOB, "ttlSecondsAfterFinished: 600", "", "leaves its cluster behind"),
        (JOB, "minReplicas: 0", "minReplicas: 3", "does not grow from nothing to a bound: workers"),
        (JOB, "rayVersion: 2.60.0", "rayVersion: 2.46.0", "is of Ray 2.46.0"),
        (JOB, "livenessProbe: &head", "x-livenessProbe: &head", "for which the image lacks wget: head"),
        (TUNE, "cli model tune", "cli model search", "is no command of plumb"),
        (TUNE, "--trials 30}", '"--trials 30 && true"}', "shell would not leave"),
    ],
)
def test_a_planted_fault_is_found(copy: Path, file: str, old: str, new: str, message: str) -> None:
    plant(copy, file, old, new)

    objects = started(copy)
    found = [*security.faults(objects), *jobs.faults(objects)]

    assert [fault for fault in found if message in fault], found
