"""No body holds a worker: what is made of it at once is bounded, and so is the memory of all bodies together."""

import contextlib
import json
import socket
import time
import tracemalloc

import httpx
import pytest

from plumbline.bundle.contract import Contract
from services.common import sizes, violations
from services.common.budget import Budget
from services.common.problems import Problem
from services.common.rows import RowReader
from services.common.tests import toy

MOST = 10_000  # rows
LENGTH = 15_000_000  # bytes
ROW = json.dumps(toy.row(toy.PLANTS)).encode()
BODIES = {
    "key": b'{"inputs":[{"' + b"x" * LENGTH + b'":1}]}',
    "top key": b'{"' + b"x" * LENGTH + b'":1}',
    "label": b'{"inputs":[{"species":"' + b"x" * LENGTH + b'"}]}',
    "keys": b'{"inputs":[{' + b",".join(b'"k%d":1' % number for number in range(LENGTH // 11)) + b"}]}",
    "top keys": b"{" + b",".join(b'"k%d":1' % number for number in range(LENGTH // 11)) + b"}",
    "objects": b'{"inputs":[' + b"{}," * (LENGTH // 3) + b"{}]}",
    "lists": b'{"inputs":[' + b"[]," * (LENGTH // 3) + b"[]]}",
    "numbers": b"[" + b"1," * (LENGTH // 2) + b"1]",
    "not a number": b"[NaN," + b"1," * (LENGTH // 2) + b"1]",
    "cut": b"[" + b"1," * (LENGTH // 2),
    "valid rows": b'{"inputs":[' + (ROW + b",") * (LENGTH // len(ROW)) + ROW + b"]}",
}

TABLES = (b"a,b\n" + b"\n" * LENGTH, b"a" + b",a" * (LENGTH // 2), b'"' + b"x" * LENGTH)


@pytest.fixture(scope="module")
def contract() -> Contract:
    return toy.contract_of(toy.PLANTS)


@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES)
def test_little_is_made_of_a_body_that_no_request_can_be(contract, body):
    reader = RowReader(contract, MOST)
    tracemalloc.start()
    try:
        with pytest.raises(Problem) as raised:
            reader.read_either(body)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert raised.value.status in {400, 422}
    assert len(raised.value.body()) < 10_000
    # Of a text there may be some copies; an object for each of millions of values would be twenty times the body.
    assert peak < 5 * LENGTH


def test_long_texts_are_compared_with_nothing(contract, monkeypatch):
    compared = []
    monkeypatch.setattr(violations, "get_close_matches", lambda text, *_, **__: compared.append(text) or [])
    row = {"x" * 81: 1, "lihgt": 1, "species": "y" * 81}

    list(violations.of_row(row, contract, ""))

    assert compared == ["lihgt"]


def test_a_long_body_is_refused_in_the_words_of_a_short_one(contract):
    reader = RowReader(contract, MOST)
    wrong = [json.loads(ROW)] * 3 + [{"nonsense": 1}]
    many = [json.loads(ROW)] * 4000 + wrong

    with pytest.raises(Problem) as short:
        reader.read(json.dumps({"inputs": wrong}).encode())
    with pytest.raises(Problem) as long:
        reader.read(json.dumps({"inputs": many}).encode())

    assert len(json.dumps(many)) > sizes.LONG
    assert [item.message for item in long.value.errors] == [item.message for item in short.value.errors]
    assert long.value.errors[0].field == "/inputs/4003/nonsense"


def test_commas_and_braces_of_labels_count_as_no_rows():
    data = toy.PLANTS | {"columns": [*toy.PLANTS["columns"][:2], toy.PLANTS["columns"][2] | {
        "categories": ["fern, {wet}, {dry}, {old}"], "example": "fern, {wet}, {dry}, {old}",
        "weights": {"fern, {wet}, {dry}, {old}": 1.0}}]}  # fmt: skip
    reader = RowReader(toy.contract_of(data), MOST)

    assert len(reader.read(json.dumps({"inputs": [toy.row(data)] * MOST}).encode())) == MOST


def test_a_budget_keeps_short_bodies_apart_and_gives_back():
    budget = Budget(100_000)
    first, second, short = budget.account(), budget.account(), budget.account()

    first.grow(150_000)
    with pytest.raises(Problem) as raised:
        second.grow(150_000)
    short.grow(60_000)
    first.close()
    second.grow(150_000)

    assert raised.value.status == 503
    assert raised.value.headers == {"retry-after": "1", "connection": "close"}


@pytest.fixture(params=["predict", "api"])
def target(request, predict, api):
    """Each service with the path that takes bodies."""
    return (predict, "/v1/predict") if request.param == "predict" else (api, "/v1/predictions")


def test_unfinished_bodies_take_no_more_than_their_budget(target):
    running, path = target
    head = f"POST {path} HTTP/1.1\r\nhost: x\r\ncontent-length: {LENGTH}\r\n".encode()
    if key := running.client.headers.get("authorization"):
        head += f"authorization: {key}\r\n".encode()
    with contextlib.ExitStack() as stack:
        answers = []
        for _ in range(8):
            connection = stack.enter_context(socket.create_connection(("127.0.0.1", running.port), timeout=30))
            with contextlib.suppress(ConnectionError):
                connection.sendall(head + b"\r\n" + b" " * (LENGTH - 1))
            connection.settimeout(0.2)
            with contextlib.suppress(TimeoutError, ConnectionError):
                answers.append(connection.recv(4096))

        assert httpx.get(f"{running.url}/livez", timeout=60).status_code == 200
        assert len(answers) >= 4  # four of fifteen million bytes fit
        assert all(answer.startswith(b"HTTP/1.1 503") and b"retry-after: 1" in answer for answer in answers if answer)


def test_probes_are_answered_while_the_worst_bodies_arrive(api):
    longest, answered = 0.0, 0
    with contextlib.ExitStack() as stack:
        for body in (*BODIES.values(), *TABLES):
            kind = "text/csv" if body in TABLES else "application/json"
            connection = stack.enter_context(socket.create_connection(("127.0.0.1", api.port), timeout=60))
            head = f"POST /v1/predictions HTTP/1.1\r\nhost: x\r\ncontent-type: {kind}\r\n"
            head += f"content-length: {len(body)}\r\nauthorization: {api.client.headers['authorization']}\r\n\r\n"
            connection.sendall(head.encode() + body)
            connection.setblocking(False)
            while True:
                begun = time.monotonic()
                assert httpx.get(f"{api.url}/livez", timeout=60).status_code == 200
                longest, answered = max(longest, time.monotonic() - begun), answered + 1
                with contextlib.suppress(BlockingIOError):
                    answer = connection.recv(4096)
                    break
            assert answer.startswith((b"HTTP/1.1 400", b"HTTP/1.1 422"))

    print(f"{answered} probes, the slowest {longest * 1000:.0f} ms")  # noqa: T201 - a measurement, no limit: machines are busy
    assert answered >= len(BODIES)
