"""OpenTelemetry: a span for each request, sent where the settings say; nothing without them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Response, g, request

from reasoner import VERSION, errors

if TYPE_CHECKING:
    from flask import Flask

    from .settings import Settings


def register(app: Flask, settings: Settings) -> None:
    """
    Send a span for each request of an application to the address of the settings, if there is one.

    A span has the route, the method, the status and the id of the request.

    Raises:
        SettingRefused: The libraries are not installed.
    """
    if not settings.otlp:
        return
    try:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import (  # noqa: PLC0415 - an extra
            OTLPSpanExporter,
        )
        from opentelemetry.sdk.resources import Resource  # noqa: PLC0415
        from opentelemetry.sdk.trace import TracerProvider  # noqa: PLC0415
        from opentelemetry.sdk.trace.export import BatchSpanProcessor  # noqa: PLC0415
        from opentelemetry.trace.propagation.tracecontext import (  # noqa: PLC0415
            TraceContextTextMapPropagator,
        )
    except ImportError as error:
        raise errors.SettingRefused(
            "otlp needs the libraries of OpenTelemetry.", hint="Install mednec[telemetry]."
        ) from error
    provider = TracerProvider(
        resource=Resource.create({"service.name": "mednec", "service.version": VERSION})
    )
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(endpoint=settings.otlp)))
    tracer = provider.get_tracer("mednec")
    propagator = TraceContextTextMapPropagator()

    def begin() -> None:
        context = propagator.extract({"traceparent": request.headers.get("traceparent", "")})
        g.span = tracer.start_span("request", context=context)

    def end(response: Response) -> Response:
        span = g.pop("span", None)
        if span is not None:
            route = request.url_rule.rule if request.url_rule else "unknown"
            span.update_name(f"{request.method} {route}")
            span.set_attribute("http.route", route)
            span.set_attribute("http.request.method", request.method)
            span.set_attribute("http.response.status_code", response.status_code)
            span.set_attribute("mednec.request", str(g.get("request_id", "")))
            span.end()
        return response

    app.before_request(begin)
    app.after_request(end)
    app.extensions["mednec-telemetry"] = provider
