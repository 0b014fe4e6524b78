"""The way in that users have: Istio's ingress gateway, by TLS, under the name that the overlay gives it."""

import base64
from datetime import UTC, datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from plumbline.kernel.errors import PlumblineError
from tests.acceptance.cluster import kube
from tests.acceptance.cluster.kube import Object
from tests.acceptance.cluster.world import CERTIFICATE, ENVIRONMENT, INGRESS, TESTBED

HOST = f"api.{ENVIRONMENT}.plumbline.internal"
SERVICE = "istio-ingressgateway"


def certify() -> None:
    """Give the gateway a certificate of the host, and the testbed what trusts it.

    Raises:
        PlumblineError: The cluster has no gateway.
    """
    if not kube.get(INGRESS, "service", SERVICE):
        raise PlumblineError(f"the cluster has no service {SERVICE} in {INGRESS}: install Istio first (docs/deploy.md)")
    key, certificate = _certificate()
    pair = {"tls.crt": certificate, "tls.key": key}
    data = {name: base64.b64encode(content).decode() for name, content in pair.items()}
    secret = {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": CERTIFICATE}, "type": "kubernetes.io/tls"}
    trust = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "trust"}}
    kube.apply(INGRESS, secret | {"data": data})
    kube.apply(TESTBED, trust | {"data": {"ca.crt": certificate.decode()}})


def lead_in(pod: Object) -> str:
    """Let a pod's spec know the gateway by its name and certificate; give the URL of api there."""
    address = (kube.get(INGRESS, "service", SERVICE) or {})["spec"]["clusterIP"]
    pod["hostAliases"] = [{"ip": address, "hostnames": [HOST]}]
    pod["volumes"] = [{"name": "trust", "configMap": {"name": "trust"}}]
    for container in pod["containers"]:
        container["env"].append({"name": "SSL_CERT_FILE", "value": "/trust/ca.crt"})
        container["volumeMounts"] = [{"name": "trust", "mountPath": "/trust", "readOnly": True}]
    return f"https://{HOST}"


def _certificate() -> tuple[bytes, bytes]:
    """Make a key and a certificate of the host that vouches for itself, both as PEM."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, HOST)])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(minutes=5))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(HOST)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return private, certificate.public_bytes(serialization.Encoding.PEM)
