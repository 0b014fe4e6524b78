"""What an attacker would try first. None of it may end a service or be answered with a 5xx."""

import gzip
import socket

import httpx
import pytest

from services.common.tests import toy

DEEP = b"[" * 200_000
BOMB = gzip.compress(b" " * 50_000_000)


@pytest.fixture(params=["predict", "api"])
def target(request, predict, api):
    """Each service with the path that takes bodies."""
    if request.param == "predict":
        return predict, "/v1/predict"
    return api, "/v1/predictions"


@pytest.fixture(autouse=True)
def still_alive(predict, api):
    """Whatever was tried, the processes are those that were there before."""
    before = [service.process.pid for service in (predict, api)]
    yield
    assert [service.process.pid for service in (predict, api)] == before
    # On connections of their own: those of an attack may be closed.
    assert httpx.get(f"{predict.url}/readyz", timeout=60).status_code == 200
    assert httpx.get(f"{api.url}/readyz", timeout=60).status_code == 200


@pytest.mark.parametrize(
    "body",
    [
        DEEP,
        b'{"inputs":' + DEEP,
        b'{"inputs":[' + b'{"a":' * 100_000,
        b'{"inputs":[{"' + b"x" * 5_000_000 + b'":1}]}',
        b'{"inputs":[{"x":' + b"9" * 1_000_000 + b"}]}",
        b'{"inputs":[{"x":"\\ud800"}]}',
        b'{"inputs":[{"\\ud800":NaN}]}',
        b'{"inputs":[{"__class__":"x","c0":1}]}',
        b'\x00{"inputs":[]}',
        b'{"inputs":[' + b"{}," * 200_000 + b"{}]}",
    ],
    ids=["deep", "deep-inputs", "deep-objects", "long-name", "long-number", "surrogate",
         "surrogate-name", "dunder", "null-byte", "many-rows"],
)  # fmt: skip
def test_malicious_json_is_refused(target, body):
    service, path = target

    response = service.client.post(path, content=body)

    assert response.status_code in {400, 422}
    assert len(response.content) < 100_000


@pytest.mark.parametrize("encoding", ["gzip", "deflate", "br", "zstd"])
def test_no_body_is_decompressed(target, encoding):
    service, path = target

    response = service.client.post(path, content=BOMB, headers={"content-encoding": encoding})

    assert response.status_code == 415


def raw(service, request):
    with socket.create_connection(("127.0.0.1", service.port), timeout=60) as connection:
        try:
            connection.sendall(request)
            return connection.recv(4096)
        except ConnectionError:
            return b""


@pytest.mark.parametrize(
    "head",
    [
        b"".join(b"x-%d: y\r\n" % number for number in range(5000)),
        b"x: " + b"y" * 2_000_000 + b"\r\n",
        b"content-length: 5\r\ncontent-length: 50\r\n",
        b"content-length: -1\r\n",
        b"content-length: 99999999999999999999\r\n",
        b"transfer-encoding: chunked\r\ncontent-length: 5\r\n",
        b"traceparent: 00-zz\r\nx-request-id: ../../etc\r\ncontent-length: 0\r\n",
    ],
    ids=["many", "long", "twice", "negative", "huge", "smuggling", "identifiers"],
)
def test_strange_heads_are_refused(target, head):
    service, path = target

    answer = raw(service, f"POST {path} HTTP/1.1\r\nhost: x\r\n".encode() + head + b"\r\nhello")

    assert not answer.startswith((b"HTTP/1.1 2", b"HTTP/1.1 5"))


def test_an_identifier_of_the_callers_cannot_forge_log_lines(api):
    response = api.client.get("/nothing", headers={"x-request-id": 'a","level":"forged'})

    assert response.headers["x-request-id"] != 'a","level":"forged'


@pytest.mark.parametrize(
    "path",
    ["/page/../main.py", "/page/..%2fmain.py", "/page/%2e%2e/settings.py", "//etc/passwd", "/page/"],
)
def test_no_file_but_the_pages_own_is_served(api, path):
    answer = raw(api, f"GET {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n".encode())

    assert answer.startswith(b"HTTP/1.1 404")


def test_the_page_escapes_nothing_into_code(api, bundle):
    headers = api.client.get("/").headers

    assert "unsafe-inline" not in headers["content-security-policy"]
    assert "script-src" not in headers["content-security-policy"]  # falls back to 'self'


def test_a_label_that_looks_like_a_formula_or_sql_stays_a_label(api, bundle):
    row = toy.row(bundle.data)
    category = next(c["name"] for c in bundle.data["columns"] if c["type"] == "category")
    attack = row | {category: "'; DROP TABLE predictions; --"}

    response = api.client.post("/v1/predictions", json={"input": attack})

    assert response.status_code == 422
    assert api.client.get("/v1/predictions").status_code == 200
