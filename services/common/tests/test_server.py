"""How both services listen, and end."""

import contextlib
import socket

import httpx
import psutil
import pytest

from services.common.tests.running import Running, workers


@pytest.fixture(params=["predict", "api"])
def service(request, plants, tmp_path):
    """Each service in turn; neither needs the other to listen."""
    settings = {
        "predict": {"bundle_uri": plants.folder, "bundle_sha256": plants.sha256},
        "api": {"store_url": f"sqlite:///{tmp_path}/store.db", "require_key": "false"},
    }[request.param]
    with Running(request.param, tmp_path / "log", wait_for="/livez", workers=2, **settings) as running:
        yield running


def test_no_worker_outlives_a_killed_service(service):
    left = workers(service)

    service.process.kill()

    _, alive = psutil.wait_procs(left, timeout=30)
    assert len(left) == 2
    assert alive == []


SILENT = {
    "first byte": b"",
    "head": b"GET /livez HTTP/1.1\r\nhost: ",
    "next request": b"GET /livez HTTP/1.1\r\nhost: x\r\n\r\n",
    "http 2": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + bytes([0, 0, 0, 4, 0, 0, 0, 0, 0]),
}


@pytest.mark.parametrize("sent", SILENT.values(), ids=SILENT)
def test_connections_that_send_nothing_more_stop_nobody_and_end(plants, tmp_path, sent):
    settings = {"bundle_uri": plants.folder, "bundle_sha256": plants.sha256, "header_seconds": 2}
    with Running("predict", tmp_path / "log", **settings) as service, contextlib.ExitStack() as stack:
        address = ("127.0.0.1", service.port)
        silent = [stack.enter_context(socket.create_connection(address, timeout=60)) for _ in range(1200)]
        for connection in silent:
            connection.sendall(sent)

        # The default of 1024 connections would be taken; on a new connection, as a probe comes.
        assert httpx.get(f"{service.url}/livez", timeout=60).status_code == 200
        assert all(ends(connection) for connection in silent)


def ends(connection):
    """Read to the connection's end, which is the server's doing."""
    with contextlib.suppress(ConnectionResetError):
        while connection.recv(4096):
            pass
    return True
