"""What the steps of the story are made of."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Literal

import boto3
import httpx

from infrastructure.tests.argocd import rendering
from plumbline.kernel import jsonfile
from plumbline.kernel.errors import PlumblineError
from plumbline.testing.repository import ROOT
from tests.acceptance.cluster import kube
from tests.acceptance.cluster.kube import Object, kubectl
from tests.acceptance.cluster.mesh import gateway
from tests.acceptance.cluster.world import ARGOCD, ENVIRONMENT, GIT_URL, NAMESPACE, OVERLAY, TESTBED, World
from tests.acceptance.story import until

APPLICATION = f"plumbline-{ENVIRONMENT}"
_AWS = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test", "AWS_REGION": "us-east-1"}


def deploy(story: World, what: Literal["bundle", "image"], *words: str) -> None:
    """Run `plumb deploy` with the object store of the cluster."""
    with object_store() as (url, _):
        story.plumb("deploy", what, ENVIRONMENT, *words, AWS_ENDPOINT_URL=url, **_AWS)


def rollback(story: World) -> None:
    """Take the last deployment back, push, and see that the cluster agrees with git again."""
    story.plumb("deploy", "rollback", ENVIRONMENT, "--reason", "taken back by the cluster")
    story.push()
    verify(story)


def verify(story: World, fails: bool = False, **variables: str) -> str:
    """Run `plumb deploy verify`."""
    return story.plumb("deploy", "verify", ENVIRONMENT, "--timeout", "240", fails=fails, **variables)


def serves(story: World, sha256: str) -> None:
    """See that every ready pod of predict serves a bundle."""
    with kube.forwarded(NAMESPACE, "service/api", 8000) as port:
        headers = {"Authorization": f"Bearer {story.known['key']}"}
        try:
            found = httpx.get(f"http://127.0.0.1:{port}/v1/model", headers=headers, timeout=20).text
        except httpx.HTTPError as error:
            raise PlumblineError(f"api does not answer: {error}") from None
    if sha256 not in found:
        raise PlumblineError(f"api does not serve {sha256}: {found[:500]}")


def wanted(rollout: Any, sha256: str) -> bool:
    """Tell whether a Rollout's pods are to load a bundle."""
    env = rollout["spec"]["template"]["spec"]["containers"][0]["env"]
    names = [
        one["valueFrom"]["configMapKeyRef"]["name"] for one in env if "configMapKeyRef" in one.get("valueFrom", {})
    ]
    config = kube.get(NAMESPACE, "configmap", names[0])
    return bool(config) and config["data"]["BUNDLE_SHA256"] == sha256


def canary_share(story: World, status: Any) -> str:
    """Give the canary's share: the weight that Istio has, or without a mesh its pods of all by a Rollout's status."""
    if not story.mesh:
        return f"{status.get('updatedReplicas', 0)}/{status.get('replicas', 0)}"
    service = kube.get(NAMESPACE, "virtualservices.networking.istio.io", "predict") or {}
    [weight] = (
        route.get("weight", 0)
        for http in service["spec"]["http"]
        for route in http["route"]
        if http["name"] == "primary" and route["destination"]["subset"] == "canary"
    )
    return f"{weight} %"


def create_application() -> None:
    """Create the project and the Application that the platform has for the services, here from the git server."""
    platform = {(item["kind"], item["metadata"]["name"]): item for item in rendering.platform(ROOT, "staging")}
    project, application = platform["AppProject", "plumbline"], platform["Application", "plumbline-staging"]
    destination = {"server": rendering.SERVER, "namespace": NAMESPACE}
    project["spec"] |= {"sourceRepos": [GIT_URL], "destinations": [destination]}
    source = {"repoURL": GIT_URL, "targetRevision": "main", "path": str(OVERLAY)}
    application["spec"] |= {"project": APPLICATION, "source": source, "destination": destination}
    for item in (project, application):
        item["metadata"]["name"] = APPLICATION
    kube.apply(ARGOCD, project, application)


def check_verifier() -> None:
    """See that the group which verifies deployments may do that, and reads no secrets."""
    who = ("-n", NAMESPACE, "--as=workflow", "--as-group=plumbline:verify")
    asks = ["list pods", "list events", "get pods --subresource=log", "create pods --subresource=portforward"]
    asks += ["list rollouts.argoproj.io", "list analysisruns.argoproj.io"]
    for ask in asks:
        kubectl("auth", "can-i", *ask.split(), *who)
    if kubectl("auth", "can-i", "get", "secrets", *who, check=False).strip() != "no":
        raise PlumblineError("who verifies a deployment may read secrets")


@contextmanager
def object_store() -> Iterator[tuple[str, Any]]:
    """Reach the object store of the cluster; give its URL and a client."""
    with kube.forwarded(TESTBED, "service/object-store", 443) as port:
        url = f"http://127.0.0.1:{port}"
        yield (
            url,
            boto3.client(
                "s3", endpoint_url=url, region_name="us-east-1", aws_access_key_id="test", aws_secret_access_key="test"
            ),
        )


def api_key(name: str, *options: str) -> str:
    """Make an API key, in a pod of api."""
    command = ("python", "-m", "services.api.app.keys", "create", "--name", name, *options)
    return kubectl("-n", NAMESPACE, "exec", "deployment/api", "--", *command).strip()


def start_load(story: World, name: str, seconds: int) -> None:
    """Let users ask api, from inside the cluster, for some seconds."""
    row = jsonfile.read(story.clone / "model/artifacts/bundle/golden.json")["rows"][0]
    least = {"allowPrivilegeEscalation": False, "readOnlyRootFilesystem": True, "capabilities": {"drop": ["ALL"]}}
    container: Object = {
        "name": "load",
        "image": story.known["testbed"],
        "env": [{"name": "API_KEY", "value": story.known["load key"]}],
        "securityContext": least,
    }
    pod: Object = {
        "restartPolicy": "Never",
        "terminationGracePeriodSeconds": 20,
        "securityContext": {"runAsNonRoot": True, "runAsUser": 10001, "seccompProfile": {"type": "RuntimeDefault"}},
        "containers": [container],
    }
    url = gateway.lead_in(pod) if story.mesh else f"http://api.{NAMESPACE}.svc.cluster.local:8000"
    asked = ["--url", f"{url}/v1/predictions", "--row", json.dumps(row), "--seconds", str(seconds)]
    container["command"] = ["python3", "/app/load.py", *asked]
    spec = {"backoffLimit": 0, "template": {"metadata": {"labels": {"app": name}}, "spec": pod}}
    kube.apply(TESTBED, {"apiVersion": "batch/v1", "kind": "Job", "metadata": {"name": name}, "spec": spec})
    until("the load starts", lambda: '"id"' in kubectl("-n", TESTBED, "logs", f"job/{name}", check=False), 60)


def running(name: str) -> bool:
    """Tell whether a load is still on."""
    job = kube.get(TESTBED, "job", name) or {}
    return not any(one["type"] in {"Complete", "Failed"} for one in job.get("status", {}).get("conditions", []))


def answers(name: str) -> tuple[list[str], list[dict[str, Any]]]:
    """Give the identifiers of the predictions that a load was answered, and its failures."""
    lines = [json.loads(line) for line in kubectl("-n", TESTBED, "logs", f"job/{name}").splitlines()]
    return [line["id"] for line in lines if "id" in line], [line for line in lines if "failed" in line]


def missing(answered: list[str]) -> list[str]:
    """Give the answered predictions that the store does not hold."""
    query = "copy (select id from predictions) to stdout"
    command = ["psql", "--host", "/tmp", "--username", "plumbline", "predictions", "--command", query]
    stored = set(kubectl("-n", TESTBED, "exec", "deployment/postgresql", "--", *command).split())
    return [one for one in answered if one not in stored]
