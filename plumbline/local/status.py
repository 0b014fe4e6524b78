"""What runs on this machine, and the bundle that was released last."""

import sys
from typing import Any

from plumbline.kernel import jsonfile
from plumbline.local import processes, stack


def status() -> dict[str, Any]:
    """Give the processes that were started, each with its pid or None if it died, and the release or None."""
    running = {name: processes.running(name) for name in processes.names()}
    release = jsonfile.read(stack.RELEASE) if stack.RELEASE.exists() else None
    return {"processes": {name: found.pid if found else None for name, found in running.items()}, "release": release}


def main(*, json: bool = False) -> None:
    """Say what runs here, and which bundle was released.

    Args:
        json: Print JSON.
    """
    found = status()
    if json:
        sys.stdout.write(jsonfile.dumps(found).decode())
        return
    lines = [f"{name:8} {f'runs as {pid}' if pid else 'died'}" for name, pid in found["processes"].items()]
    release = found["release"]
    named = f"{release['model']} version {release['version']}, bundle {release['bundle_sha256']}" if release else "none"
    sys.stdout.write("\n".join([*(lines or ["nothing runs"]), f"release  {named}"]) + "\n")
