"""GitHub's API as far as the receiver asks it: takes whatever is posted, and prints it as a line of JSON."""

import json
import sys
from http.server import BaseHTTPRequestHandler, HTTPServer


class Handler(BaseHTTPRequestHandler):
    """Answers 204, as GitHub does to a dispatch."""

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        told = {"path": self.path, "token": self.headers["authorization"], "body": json.loads(body)}
        sys.stdout.write(f"{json.dumps(told)}\n")
        sys.stdout.flush()
        self.send_response(204)
        self.end_headers()


HTTPServer(("", 8080), Handler).serve_forever()
