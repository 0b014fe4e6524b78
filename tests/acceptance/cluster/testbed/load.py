"""Ask for a prediction again and again, as users do: a line for each answer or failure, a summary at the end.

Standard library alone. Ends by itself after `--seconds`, or on SIGTERM.
"""

import argparse
import collections
import json
import os
import signal
import sys
import threading
import time
import urllib.error
import urllib.request

_STOPPED = threading.Event()


def ask(url: str, body: bytes, key: str) -> dict[str, object]:
    """Ask for one prediction."""
    headers = {"content-type": "application/json", "authorization": f"Bearer {key}"}
    request = urllib.request.Request(url, body, headers)
    with urllib.request.urlopen(request, timeout=10) as response:
        answer: dict[str, object] = json.load(response)
        return answer


def user(url: str, body: bytes, key: str, until: float, pause: float, seen: collections.Counter[str]) -> None:
    """Ask until the time is over."""
    while time.monotonic() < until and not _STOPPED.is_set():
        try:
            answer = ask(url, body, key)
        except urllib.error.HTTPError as error:
            detail = error.read(500).decode(errors="replace")
            sys.stdout.write(json.dumps({"failed": error.code, "detail": detail}) + "\n")
            seen["failed"] += 1
        except (OSError, ValueError) as error:
            sys.stdout.write(json.dumps({"failed": 0, "detail": str(error)}) + "\n")
            seen["failed"] += 1
        else:
            model = answer["model"]
            assert isinstance(model, dict)
            sys.stdout.write(json.dumps({"id": answer["id"], "bundle": model["bundle_sha256"]}) + "\n")
            seen[model["bundle_sha256"]] += 1
        sys.stdout.flush()
        _STOPPED.wait(pause)


def main() -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--url", required=True)
    parser.add_argument("--row", required=True, help="JSON of the row to ask for")
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--users", type=int, default=4)
    parser.add_argument("--pause", type=float, default=0.1, help="seconds a user waits between two requests")
    arguments = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: _STOPPED.set())
    until = time.monotonic() + arguments.seconds
    seen: collections.Counter[str] = collections.Counter()
    body = json.dumps({"input": json.loads(arguments.row)}).encode()
    asked = (arguments.url, body, os.environ["API_KEY"], until, arguments.pause, seen)
    users = [threading.Thread(target=user, args=asked) for _ in range(arguments.users)]
    for one in users:
        one.start()
    for one in users:
        one.join()
    sys.stdout.write(json.dumps({"summary": dict(seen)}) + "\n")


if __name__ == "__main__":
    main()
