"""What clients see of a service: `python - HOST PORT PATH KEY CLIENTS SECONDS BODY` in a container of its network.

Read from stdin, it has no library but Python's own. It writes
{"answered": …, "failed": [[when the request began, what happened], …], "answer": the last answer}.
"""

import http.client
import json
import sys
import threading
import time
from typing import Any


def main() -> None:
    """Ask from some clients at once until each is refused or the time is over."""
    host, port, path, key, clients, seconds, body = sys.argv[1:]
    headers = {"content-type": "application/json", "authorization": f"Bearer {key}"}
    seen: dict[str, Any] = {"answered": 0, "failed": [], "answer": None}
    lock = threading.Lock()
    end = time.monotonic() + float(seconds)

    def ask() -> None:
        connection = http.client.HTTPConnection(host, int(port), timeout=20)
        while True:
            began = time.time()
            try:
                connection.request("POST", path, body, headers)
                response = connection.getresponse()
                answer = response.read().decode()
                problem = "" if response.status < 300 else f"{response.status}: {answer[:300]}"
            except (OSError, http.client.HTTPException) as error:
                problem = repr(error)
            with lock:
                if problem:
                    seen["failed"].append([began, problem])
                    return
                seen["answered"] += 1
                seen["answer"] = json.loads(answer)
            if time.monotonic() >= end:
                return

    threads = [threading.Thread(target=ask) for _ in range(int(clients))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    json.dump(seen, sys.stdout)


if __name__ == "__main__":
    main()
