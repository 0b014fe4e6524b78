"""Load for a short while, by wrk on a core of its own."""

import json
import subprocess
from pathlib import Path
from typing import Any

_SCRIPT = Path(__file__).with_name("load.lua")
CONNECTIONS = 16


def run(url: str, body: Path, seconds: int, core: int, key: str | None = None) -> dict[str, Any]:
    """Send the same request over 16 connections for some seconds.

    Returns:
        Requests, seconds, errors, and the latency's median and 99th percentile in seconds.

    Raises:
        RuntimeError: wrk fails, or an answer was not a success.
    """
    command = ["taskset", "-c", str(core), "wrk", "-t1", f"-c{CONNECTIONS}", f"-d{seconds}s"]
    command += ["-s", str(_SCRIPT), url, "--", str(body), *([key] if key else [])]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    lines = [line for line in done.stdout.splitlines() if line.startswith("RESULT ")]
    if done.returncode or not lines:
        raise RuntimeError(f"wrk failed for {url}: {done.stdout}{done.stderr}")
    result: dict[str, Any] = json.loads(lines[0].removeprefix("RESULT "))
    if result["errors"] or not result["requests"]:
        raise RuntimeError(f"{url}: {result}")
    return result
