"""MLflow answers those who may ask, and survives a rotation of its database's password."""

import subprocess
import sys

import psycopg
import pytest
from mlflow.server.security_utils import is_allowed_host_header

from infrastructure.tests.manifests import rendering
from infrastructure.tests.manifests.objects import of, selected
from plumbline.testing.postgresql import Server
from plumbline.testing.repository import ROOT, environment


@pytest.fixture(scope="module")
def container() -> rendering.Object:
    """MLflow's container as it is applied."""
    (deployment,) = of(rendering.render(rendering.KUBERNETES / "base/mlflow"), "Deployment")
    (found,) = deployment["spec"]["template"]["spec"]["containers"]
    return found  # type: ignore[no-any-return]


def alive(container: rendering.Object, uri: str) -> bool:
    """Ask what the kubelet would ask in a container that was started with this address of the database."""
    interpreter, *arguments = container["livenessProbe"]["exec"]["command"]
    assert interpreter == "python"
    variables = environment(ROOT) | {"MLFLOW_BACKEND_STORE_URI": uri}
    return subprocess.run([sys.executable, *arguments], env=variables, capture_output=True, check=False).returncode == 0


def test_a_password_that_was_rotated_makes_the_container_start_again(
    container: rendering.Object, postgresql: Server
) -> None:
    first, second = (
        postgresql.login("mlflow", password).replace("://", "+psycopg://", 1) for password in ("first", "second")
    )
    with psycopg.connect(postgresql.url, autocommit=True) as administrator:
        administrator.execute("CREATE ROLE mlflow LOGIN PASSWORD 'first'")
        assert alive(container, first)

        administrator.execute("ALTER ROLE mlflow PASSWORD 'second'")

        assert not alive(container, first)
        assert alive(container, second)


def test_what_holds_the_password_is_read_when_the_container_starts(container: rendering.Object) -> None:
    """Variables are set, and mounted files are current, at each start; a copy that an init step made would be old."""
    (deployment,) = of(rendering.render(rendering.KUBERNETES / "base/mlflow"), "Deployment")
    pod = deployment["spec"]["template"]["spec"]

    assert "initContainers" not in pod
    assert {"secretRef": {"name": "mlflow"}} in container["envFrom"]
    assert [volume["name"] for volume in pod["volumes"] if "secret" in volume] == ["config"]
    assert all("subPath" not in mount for mount in container["volumeMounts"] if mount["name"] == "config")


@pytest.mark.parametrize(
    ("host", "answered"),
    [
        ("mlflow:5000", True),
        ("localhost:5000", True),
        ("mlflow", True),
        ("localhost:5001", False),
        ("mlflow.example.org", False),
        ("localhost.example.org:5000", False),
    ],
)
def test_the_service_and_a_forwarded_port_are_answered_and_no_other_host(
    container: rendering.Object, host: str, answered: bool
) -> None:
    (hosts,) = (word.partition("=")[2] for word in container["args"] if word.startswith("--allowed-hosts="))

    assert is_allowed_host_header(hosts.split(","), host) is answered


@pytest.mark.parametrize("environment", ["staging", "production"])
def test_a_pod_with_the_label_reaches_it(environment: str) -> None:
    objects = rendering.render(rendering.KUBERNETES / "base/mlflow")
    (deployment,), (way_in,) = of(objects, "Deployment"), of(objects, "NetworkPolicy")
    policies = of(rendering.render(rendering.KUBERNETES / "overlays" / environment), "NetworkPolicy")
    (policy,) = (item["spec"] for item in policies if item["metadata"]["name"] == "to-mlflow")
    ((egress,), (ingress,)) = policy["egress"], way_in["spec"]["ingress"]

    assert policy["podSelector"] == {"matchLabels": {"plumbline.dev/calls-mlflow": "true"}}
    assert selected(egress["to"][0]["podSelector"], deployment["spec"]["template"]["metadata"]["labels"])
    assert egress["ports"] == ingress["ports"] == [{"protocol": "TCP", "port": 5000}]
