"""Tell Prometheus where the pods of Plumbline's services are: Debian's build of it does not ask Kubernetes itself.

Standard library alone. Answers GET / in the form of `http_sd_configs`.
"""

import http.server
import json
import os
import ssl
import urllib.request
from pathlib import Path

_ACCOUNT = Path("/var/run/secrets/kubernetes.io/serviceaccount")
_SELECTOR = "app.kubernetes.io%2Fpart-of%3Dplumbline"
_HASH = "rollouts-pod-template-hash"


def targets() -> list[dict[str, object]]:
    """Give the running pods that listen on a port named `http`, with the labels of a ServiceMonitor's targets."""
    url = f"https://{os.environ['KUBERNETES_SERVICE_HOST']}/api/v1/pods?labelSelector={_SELECTOR}"
    request = urllib.request.Request(url, headers={"authorization": f"Bearer {(_ACCOUNT / 'token').read_text()}"})
    context = ssl.create_default_context(cafile=str(_ACCOUNT / "ca.crt"))
    with urllib.request.urlopen(request, timeout=5, context=context) as response:
        pods = json.load(response)["items"]
    return [target for pod in pods for target in _of_pod(pod)]


def _of_pod(pod: dict[str, dict]) -> list[dict[str, object]]:
    metadata, address = pod["metadata"], pod["status"].get("podIP")
    ports = [port for container in pod["spec"]["containers"] for port in container.get("ports", [])]
    labels = {
        "namespace": metadata["namespace"],
        "pod": metadata["name"],
        "service": metadata["labels"].get("app.kubernetes.io/name", ""),
        "rollouts_pod_template_hash": metadata["labels"].get(_HASH, ""),
    }
    named = [port["containerPort"] for port in ports if port.get("name") == "http"]
    return [{"targets": [f"{address}:{port}"], "labels": labels} for port in named if address]


class Handler(http.server.BaseHTTPRequestHandler):
    """Answers every GET with the targets."""

    def do_GET(self) -> None:
        """Answer."""
        try:
            body, status = json.dumps(targets()).encode(), 200
        except OSError as error:
            body, status = str(error).encode(), 502
        self.send_response(status)
        self.send_header("content-type", "application/json")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing of each request."""


if __name__ == "__main__":
    http.server.ThreadingHTTPServer(("127.0.0.1", 9091), Handler).serve_forever()
