"""Spans to an OpenTelemetry collector, if one is named; without one nothing of OpenTelemetry is loaded.

The identity of a request is that of `tracing`: a span is written when the request has been answered.
"""

from typing import TYPE_CHECKING

from services.common.tracing import Trace

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import SpanProcessor

_SERVER_ERROR = 500


class Telemetry:
    """Records a span for each sampled request, in batches and beside the requests.

    Args:
        service: The service's name.
        endpoint: URL of the collector's traces by OTLP over HTTP, such as `http://collector:4318/v1/traces`; empty
            for none.
    """

    def __init__(self, service: str, endpoint: str) -> None:
        self.on = bool(endpoint)
        if self.on:
            from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
            from opentelemetry.sdk.resources import Resource
            from opentelemetry.sdk.trace.export import BatchSpanProcessor

            self._processor: SpanProcessor = BatchSpanProcessor(OTLPSpanExporter(endpoint=endpoint))
            self._resource = Resource.create({"service.name": service})

    def record(self, trace: Trace, method: str, route: str, status: int, begun: int, seconds: float) -> None:
        """Record a request that has just been answered.

        Args:
            trace: Who the request is; it is left out if the caller decided against recording.
            method: Its method.
            route: The template of its path, which holds no identifier.
            status: HTTP status of the answer.
            begun: When it began, in nanoseconds since 1970.
            seconds: How long it took.
        """
        if not self.on or not trace.sampled:
            return
        from opentelemetry.sdk.trace import ReadableSpan
        from opentelemetry.trace import SpanContext, SpanKind, TraceFlags
        from opentelemetry.trace.status import Status, StatusCode

        def context(span_id: str, remote: bool) -> SpanContext:
            return SpanContext(int(trace.trace_id, 16), int(span_id, 16), remote, TraceFlags(TraceFlags.SAMPLED))

        span = ReadableSpan(
            name=f"{method} {route}",
            context=context(trace.span_id, remote=False),
            parent=context(trace.parent_id, remote=True) if trace.parent_id else None,
            resource=self._resource,
            # Names of the semantic conventions for HTTP, version 1.23 and later.
            attributes={
                "http.request.method": method,
                "http.route": route,
                "http.response.status_code": status,
                "request.id": trace.request_id,
            },
            kind=SpanKind.SERVER,
            status=Status(StatusCode.ERROR if status >= _SERVER_ERROR else StatusCode.UNSET),
            start_time=begun,
            end_time=begun + int(seconds * 1e9),
        )
        self._processor.on_end(span)

    def stop(self) -> None:
        """Send what is still waiting."""
        if self.on:
            self._processor.shutdown()
