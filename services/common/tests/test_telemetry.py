"""Traces in a collector of our own: an HTTP server that understands OTLP."""

import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from services.common.tests import toy
from services.common.tests.running import Running


@pytest.fixture
def collector():
    spans = {}

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["content-length"]))
            for resource in ExportTraceServiceRequest.FromString(body).resource_spans:
                service = resource.resource.attributes
                name = next(item.value.string_value for item in service if item.key == "service.name")
                for scope in resource.scope_spans:
                    spans.setdefault(name, []).extend(scope.spans)
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/v1/traces", spans
    server.shutdown()


def test_one_trace_leads_from_the_caller_through_api_to_predict(collector, plants, tmp_path):
    endpoint, spans = collector
    bundle = {"bundle_uri": plants.folder, "bundle_sha256": plants.sha256, "otlp_endpoint": endpoint}
    caller = f"00-{'a' * 32}-{'b' * 16}-01"
    unrecorded = f"00-{'c' * 32}-{'b' * 16}-00"

    with Running("predict", tmp_path / "predict.log", **bundle) as predict:
        store = f"sqlite:///{tmp_path}/store.db"
        api = {"predict_url": predict.url, "store_url": store, "require_key": "false", "otlp_endpoint": endpoint}
        with Running("api", tmp_path / "api.log", **api) as running:
            for parent in (caller, unrecorded):
                answer = running.client.post(
                    "/v1/predictions", json={"input": toy.row(plants.data)}, headers={"traceparent": parent}
                )
                assert answer.status_code == 201

    # Both have stopped and sent what was waiting.
    deadline = time.monotonic() + 60
    while not found(spans, "predict", "/v1/predict") and time.monotonic() < deadline:
        time.sleep(0.05)
    (outer,) = found(spans, "api", "/v1/predictions")
    (inner,) = found(spans, "predict", "/v1/predict")
    assert outer.trace_id.hex() == inner.trace_id.hex() == "a" * 32
    assert outer.parent_span_id.hex() == "b" * 16
    assert inner.parent_span_id == outer.span_id
    assert outer.start_time_unix_nano <= inner.start_time_unix_nano < inner.end_time_unix_nano
    assert not [span for kept in spans.values() for span in kept if span.trace_id.hex() == "c" * 32]


def found(spans, service, route):
    return [span for span in spans.get(service, []) if span.name == f"POST {route}"]
