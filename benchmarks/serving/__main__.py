"""Compare servers of the same model on this machine: python -m benchmarks.serving.

All servers run at once on one core, and wrk on another. Short slices of load go round all of them
again and again, so that whatever else the machine does meets everyone alike.
"""

import argparse
import hashlib
import json
import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from benchmarks.serving import contenders, load, report
from benchmarks.serving.contenders import Contender, Rows

SIZES = (1, 100)  # rows in a request
_SERVER_CORE, _LOAD_CORE = 0, 1


def main() -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--bundle", type=Path, default=Path("model/artifacts/bundle"))
    parser.add_argument("--environments", type=Path, default=Path(".plumbline/environments"))
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=int, default=1, help="of one slice")
    parser.add_argument("--without-peers", action="store_true")
    parser.add_argument("--output", type=Path, default=Path("benchmarks/serving/results"))
    arguments = parser.parse_args()
    rows = json.loads((arguments.bundle / "golden.json").read_text())["rows"]
    sha256 = hashlib.sha256((arguments.bundle / "manifest.json").read_bytes()).hexdigest()
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        everyone = contenders.ours(folder, arguments.bundle.resolve(), sha256, _make_key)
        if not arguments.without_peers:
            everyone += contenders.peers(folder, arguments.environments.resolve())
        try:
            results = _compare(everyone, rows, folder, arguments.rounds, arguments.seconds)
        finally:
            for contender in everyone:
                contender.stop()
    report.write(results, arguments.output)


def _compare(everyone: list[Contender], rows: Rows, folder: Path, rounds: int, seconds: int) -> list[dict[str, Any]]:
    for number, contender in enumerate(everyone):
        contender.start(_SERVER_CORE, folder / f"{number}.log")
        _say(f"{contender.name} is ready after {contender.ready_seconds:.2f} s")
    _check(everyone, rows)
    samples: dict[tuple[str, int], list[dict[str, Any]]] = {}
    for turn in range(rounds + 1):  # the first one warms up
        for size in SIZES:
            for contender in everyone:
                body = folder / "body.json"
                body.write_text(json.dumps(contender.body((rows * size)[:size])))
                found = load.run(contender.url, body, seconds, _LOAD_CORE, contender.key)
                if turn:
                    samples.setdefault((contender.name, size), []).append(found)
        _say(f"round {turn} of {rounds}")
    return [
        {
            "name": contender.name,
            "rows": size,
            "rates": [item["requests"] / item["seconds"] for item in samples[contender.name, size]],
            "p99": statistics.median(item["p99"] for item in samples[contender.name, size]),
            "ready_seconds": contender.ready_seconds,
            "memory_bytes": contender.memory(),
        }
        for size in SIZES
        for contender in everyone
    ]


def _check(everyone: list[Contender], rows: Rows) -> None:
    """Make sure that all answer the same numbers."""
    reference = everyone[0].ask(rows)
    for contender in everyone:
        found = contender.ask(rows)
        if contender.predictions and any(abs(a - b) > 1e-6 * abs(b) for a, b in zip(found, reference, strict=True)):
            raise RuntimeError(f"{contender.name} answers other numbers")


def _make_key(store: str) -> str:
    command = [sys.executable, "-m", "services.api.app.keys", "create", "--name", "benchmark"]
    environment = os.environ | {"API_STORE_URL": store}
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout.strip()


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
