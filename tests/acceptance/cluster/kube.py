"""kubectl, as the story needs it. The cluster is the one that KUBECONFIG names."""

import contextlib
import json
import re
import subprocess
from collections.abc import Iterator
from typing import Any, TypeVar

from plumbline.kernel.errors import PlumblineError

Object = dict[str, Any]
# Kustomize takes them for namespaced; Argo CD takes their namespace off again, as here.
_OF_THE_CLUSTER = {"ValidatingAdmissionPolicy", "ValidatingAdmissionPolicyBinding"}
T = TypeVar("T")


def kubectl(*arguments: str, stdin: str | None = None, check: bool = True) -> str:
    """Run kubectl; give what it prints.

    Raises:
        PlumblineError: It failed.
    """
    done = _run(arguments, stdin)
    if check and done.returncode:
        raise PlumblineError(f"kubectl {' '.join(arguments)} failed:\n{done.stderr.strip()}")
    return done.stdout


def refusal(*arguments: str, stdin: str | None = None) -> str:
    """Run kubectl, which the server is to refuse; give what it says.

    Raises:
        PlumblineError: The server did not refuse.
    """
    done = _run(arguments, stdin)
    if not done.returncode:
        raise PlumblineError(f"kubectl {' '.join(arguments)} was not refused: {done.stdout.strip()}")
    return done.stderr.strip()


def _run(arguments: tuple[str, ...], stdin: str | None) -> subprocess.CompletedProcess[str]:
    return subprocess.run(["kubectl", *arguments], input=stdin, capture_output=True, text=True, check=False)


def apply(namespace: str, *objects: Object) -> None:
    """Apply objects by the server's side."""
    text = json.dumps({"apiVersion": "v1", "kind": "List", "items": list(objects)})
    kubectl("-n", namespace, "apply", "--server-side", "--force-conflicts", "-f", "-", stdin=text)


def get(namespace: str, kind: str, name: str) -> Object | None:
    """Give an object; None if it does not exist."""
    text = kubectl("-n", namespace, "get", kind, name, "-o", "json", "--ignore-not-found")
    return json.loads(text) if text else None


def listed(namespace: str, kind: str, selector: str = "") -> list[Object]:
    """Give the objects of a kind."""
    found: list[Object] = json.loads(kubectl("-n", namespace, "get", kind, "-l", selector, "-o", "json"))["items"]
    return found


@contextlib.contextmanager
def forwarded(namespace: str, target: str, port: int) -> Iterator[int]:
    """Forward a free port of the loopback to a service or pod; give the port."""
    command = ["kubectl", "-n", namespace, "port-forward", "--address", "127.0.0.1", target, f":{port}"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as process:
        try:
            line = process.stdout.readline() if process.stdout else ""
            found = re.search(r"127\.0\.0\.1:(\d+) ->", line)
            if not found:
                raise PlumblineError(f"{target} in {namespace} cannot be reached: {line.strip()}")
            yield int(found[1])
        finally:
            process.terminate()


def dry_run(objects: list[Object], create: list[str]) -> None:
    """Let the server validate objects without keeping them; their namespaces exist meanwhile.

    Raises:
        PlumblineError: The server refuses one.
    """
    made = [name for name in create if not get("default", "namespace", name)]
    for name in made:
        kubectl("create", "namespace", name)
    try:
        for item in objects:
            if item["kind"] in _OF_THE_CLUSTER:
                item["metadata"].pop("namespace", None)
        text = json.dumps({"apiVersion": "v1", "kind": "List", "items": objects})
        kubectl("apply", "--server-side", "--dry-run=server", "--force-conflicts", "-f", "-", stdin=text)
    finally:
        for name in made:
            kubectl("delete", "namespace", name, "--wait=false")
