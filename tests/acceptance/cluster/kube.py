"""kubectl, as the story needs it. The cluster is the one that KUBECONFIG names."""

import contextlib
import json
import re
import subprocess
import time
from collections.abc import Callable, Iterator
from typing import Any, TypeVar

from plumbline.kernel.errors import PlumblineError

Object = dict[str, Any]
T = TypeVar("T")


def kubectl(*arguments: str, stdin: str | None = None, check: bool = True) -> str:
    """Run kubectl; give what it prints.

    Raises:
        PlumblineError: It failed.
    """
    done = subprocess.run(["kubectl", *arguments], input=stdin, capture_output=True, text=True, check=False)
    if check and done.returncode:
        raise PlumblineError(f"kubectl {' '.join(arguments)} failed:\n{done.stderr.strip()}")
    return done.stdout


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


def until(what: str, probe: Callable[[], T | None], seconds: float = 120) -> T:
    """Ask again and again until there is an answer.

    Raises:
        PlumblineError: There is none in time; the message says for what.
    """
    end, last = time.monotonic() + seconds, ""
    while time.monotonic() < end:
        try:
            if found := probe():
                return found
        except PlumblineError as error:  # a busy node's API may miss a call
            last = f": {error}"
        time.sleep(0.5)
    raise PlumblineError(f"{what}: not seen within {seconds:.0f} s{last}")


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
        text = json.dumps({"apiVersion": "v1", "kind": "List", "items": objects})
        kubectl("apply", "--server-side", "--dry-run=server", "--force-conflicts", "-f", "-", stdin=text)
    finally:
        for name in made:
            kubectl("delete", "namespace", name, "--wait=false")
