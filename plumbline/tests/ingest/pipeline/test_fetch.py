"""A data set comes whole and within the limit, or not at all; what gives access to it is not written down."""

import hashlib
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from plumbline.ingest.pipeline.fetch import fetch
from plumbline.ingest.pipeline.work import Work
from plumbline.kernel import jsonfile
from plumbline.kernel.errors import PlumblineError

CONTENT = b"id\tprice\n" + b"1\t2\n" * 700_000  # more than two pieces


class _Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        path = self.path.split("?")[0]
        missing = {"/absent.tsv": 404, "/forbidden.tsv": 403}.get(path)
        self.send_response(missing or 200)
        self.send_header("Content-Length", str(0 if missing else len(CONTENT)))
        self.end_headers()
        if not missing and self.command == "GET":
            self.wfile.write(CONTENT[:1000] if path == "/cut.tsv" else CONTENT)
        self.close_connection = True

    do_HEAD = do_GET  # noqa: N815 - the names are the server's

    def log_message(self, format: str, *arguments: object) -> None:  # noqa: A002
        """Say nothing."""


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    """The URL of a web server with one data set."""
    web = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    threading.Thread(target=web.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{web.server_port}"
    web.shutdown()
    web.server_close()


@pytest.fixture
def work(room: Path) -> Work:
    return Work(room / "work")


def test_a_url_is_fetched_with_its_hash_and_without_its_query(work: Work, server: str) -> None:
    fetch(work, f"{server}/sales.tsv?X-Amz-Signature=secret", len(CONTENT))

    assert (work.dataset / "dataset.tsv").read_bytes() == CONTENT
    assert jsonfile.read(work.fetched) == {
        "url": f"{server}/sales.tsv",
        "file": "dataset.tsv",
        "bytes": len(CONTENT),
        "sha256": hashlib.sha256(CONTENT).hexdigest(),
    }


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("absent.tsv?key=secret", "cannot be fetched"),
        ("forbidden.tsv?key=secret", "cannot be fetched"),
        ("cut.tsv?key=secret", "cannot be fetched"),
        ("sales.zip?key=secret", "ends in none of .csv, .tsv, .parquet"),
    ],
)
def test_what_cannot_be_fetched_leaves_nothing(work: Work, server: str, path: str, message: str) -> None:
    with pytest.raises(PlumblineError, match=message) as caught:
        fetch(work, f"{server}/{path}", 1 << 30)

    assert "secret" not in str(caught.value)
    assert not work.fetched.exists()
    assert not (work.dataset / "dataset.tsv").exists()


def test_more_than_the_limit_is_refused_before_it_fills_the_disk(work: Work, server: str) -> None:
    with pytest.raises(PlumblineError, match="larger than 1000 bytes"):
        fetch(work, f"{server}/sales.tsv", 1000)

    assert sum(path.stat().st_size for path in work.dataset.rglob("*")) <= 1000


@pytest.mark.parametrize(
    ("url", "message"),
    [
        ("", "plumb data run --dataset-url "),
        ("ftp://example.org/a.tsv", "the scheme 'ftp' is not known"),
        ("https://bot:hidden@example.org/a.tsv", "holds a password"),
        ("absent.tsv", "cannot be fetched"),
        ("empty.csv", "is empty"),
    ],
)
def test_a_wrong_data_set_says_what_to_do(work: Work, url: str, message: str) -> None:
    Path("empty.csv").touch()
    with pytest.raises(PlumblineError, match=message) as caught:
        fetch(work, url, 1000)

    assert "hidden" not in str(caught.value)


def test_a_second_fetch_forgets_what_was_made_of_the_first(work: Work, server: str) -> None:
    fetch(work, f"{server}/sales.tsv", len(CONTENT))
    work.rows.write_text("old")
    jsonfile.write(work.report, {})

    with pytest.raises(PlumblineError):
        fetch(work, f"{server}/absent.tsv", len(CONTENT))

    assert not any(path.exists() for path in (work.fetched, work.rows, work.report))
