"""Request ids, one line of log for each request, and counters; nothing personal in any of them."""

from __future__ import annotations

import re
import secrets
import sys
import time
import traceback
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import structlog
from flask import Response, g, request
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

from reasoner import VERSION

if TYPE_CHECKING:
    from flask import Flask

    from .settings import Settings

GIVEN_ID: Final = re.compile(r"[A-Za-z0-9._-]{8,64}")
BUCKETS: Final = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)


class _StandardError:
    """Writes each line to what standard error is at that time."""

    def msg(self, line: str) -> None:
        """Write a line at once, also if several threads write."""
        sys.stderr.write(f"{line}\n")
        sys.stderr.flush()

    info = warning = error = msg


LOG: Final = structlog.wrap_logger(
    _StandardError(),
    processors=[
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.JSONRenderer(),
    ],
)
"""Writes JSON. It is given names, numbers and ids, and never a text that somebody sent."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Metrics:
    """
    The counters of one process.

    Attributes:
        registry: The registry that `/metrics` writes.
        requests: Answers by method, route and status.
        seconds: How long answers took, by route.
        in_flight: Requests that are being answered.
        stopped: Decisions that were stopped at a limit.
        refused: Requests that were refused because of a limit, by kind.
    """

    registry: CollectorRegistry = field(default_factory=CollectorRegistry)
    requests: Counter = field(init=False)
    seconds: Histogram = field(init=False)
    in_flight: Gauge = field(init=False)
    stopped: Counter = field(init=False)
    refused: Counter = field(init=False)

    def __post_init__(self) -> None:
        made = {
            "requests": Counter(
                "mednec_requests_total",
                "Answers by method, route and status.",
                ("method", "route", "status"),
                registry=self.registry,
            ),
            "seconds": Histogram(
                "mednec_request_seconds",
                "Seconds from request to answer, by route.",
                ("route",),
                buckets=BUCKETS,
                registry=self.registry,
            ),
            "in_flight": Gauge(
                "mednec_requests_in_flight", "Requests being answered.", registry=self.registry
            ),
            "stopped": Counter(
                "mednec_decisions_stopped_total",
                "Decisions stopped at a limit of time or memory.",
                registry=self.registry,
            ),
            "refused": Counter(
                "mednec_refused_total",
                "Requests refused because of a limit, by kind.",
                ("kind",),
                registry=self.registry,
            ),
        }
        for name, counter in made.items():
            object.__setattr__(self, name, counter)
        Gauge("mednec_info", "The version.", ("version",), registry=self.registry).labels(
            VERSION
        ).set(1)

    def text(self) -> bytes:
        """Write the counters in the text format of Prometheus."""
        return generate_latest(self.registry)


def register(app: Flask, settings: Settings, metrics: Metrics) -> None:
    """Give each request of an application an id, count it, and log it if the settings say so."""

    def begin() -> None:
        given = request.headers.get("X-Request-Id", "")
        g.request_id = given if GIVEN_ID.fullmatch(given) else secrets.token_hex(8)
        g.began = time.monotonic()
        metrics.in_flight.inc()
        g.counted = True

    def end(response: Response) -> Response:
        route = request.url_rule.rule if request.url_rule else "unknown"
        seconds = time.monotonic() - g.get("began", time.monotonic())
        method = request.method if request.method in METHODS else "other"
        metrics.requests.labels(method, route, response.status_code).inc()
        metrics.seconds.labels(route).observe(seconds)
        response.headers["X-Request-Id"] = g.get("request_id", "")
        if settings.log:
            LOG.info(
                "request",
                id=g.get("request_id"),
                method=method,
                route=route,
                status=response.status_code,
                milliseconds=round(seconds * 1000, 1),
                caller=g.get("caller_id", ""),
            )
        return response

    def leave(_: BaseException | None) -> None:
        if g.pop("counted", False):
            metrics.in_flight.dec()

    app.before_request(begin)
    app.after_request(end)
    app.teardown_request(leave)


METHODS: Final = frozenset({"GET", "HEAD", "OPTIONS", "POST", "PUT", "DELETE", "PATCH"})


def log_fault(error: Exception, request_id: str) -> None:
    """Log an unforeseen error by its kind and the places it passed, without its message."""
    frames = traceback.extract_tb(error.__traceback__)
    LOG.error(
        "unforeseen",
        id=request_id,
        kind=type(error).__name__,
        places=[f"{frame.filename.rpartition('/')[2]}:{frame.lineno}" for frame in frames],
    )
