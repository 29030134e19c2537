"""Which hosts and origins are served, how large a body may be, and the headers of every answer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from flask import Response, request
from werkzeug.exceptions import BadRequest, Forbidden, MisdirectedRequest, RequestEntityTooLarge

from .state import current

if TYPE_CHECKING:
    from flask import Flask

POLICY: Final = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
HEADERS: Final = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}
HSTS: Final = "max-age=31536000; includeSubDomains"
SAFE: Final = frozenset({"GET", "HEAD", "OPTIONS"})
ALLOWED_HEADERS: Final = (
    "Accept, Authorization, Content-Type, Idempotency-Key, If-Match, If-None-Match, X-Request-Id"
)
SHOWN_HEADERS: Final = "ETag, Link, Location, Retry-After, X-Request-Id"
LARGE: Final = frozenset({"bulk.create", "changes.create"})
"""The endpoints that take files; every other body is at most a document."""


def register(app: Flask) -> None:
    """Guard each request of an application, and harden each answer."""
    app.before_request(_guard)
    app.after_request(_harden)


def _guard() -> Response | None:
    """Refuse a foreign host, a foreign origin and too large a body before anything is read."""
    _check_host()
    origin = request.headers.get("Origin", "")
    if request.method == "OPTIONS" and "Access-Control-Request-Method" in request.headers:
        return _preflight(origin)
    if request.method not in SAFE:
        _check_origin(origin)
    _check_length()
    return None


def _check_host() -> None:
    allowed = current().settings.hosts
    if "*" in allowed:
        return
    sent = request.environ.get("HTTP_HOST", "")
    name = sent[: sent.find("]") + 1] if sent.startswith("[") else sent.partition(":")[0]
    if name.lower() not in allowed:
        raise MisdirectedRequest(
            "This service is not reached under that host. The setting 'hosts' lists its names."
        )


def _is_ours(origin: str) -> bool:
    return urlsplit(origin).netloc == request.host or origin in current().settings.origins


def _check_origin(origin: str) -> None:
    """Refuse a request that the page of another site made a browser send."""
    foreign = request.headers.get("Sec-Fetch-Site") == "cross-site" and not origin
    if foreign or (origin and not _is_ours(origin)):
        raise Forbidden(
            "A page of another site sent this request. The setting 'origins' lists sites that may."
        )


def _preflight(origin: str) -> Response:
    answer = Response(status=204)
    if origin in current().settings.origins:
        answer.headers["Access-Control-Allow-Methods"] = "GET, HEAD, POST, PUT, OPTIONS"
        answer.headers["Access-Control-Allow-Headers"] = ALLOWED_HEADERS
        answer.headers["Access-Control-Max-Age"] = "600"
    return answer


def _check_length() -> None:
    settings = current().settings
    limit = settings.bulk_bytes if request.endpoint in LARGE else settings.document_bytes
    lengths = request.headers.getlist("Content-Length")
    if len(lengths) > 1:
        raise BadRequest("Content-Length is given more than once.")
    if (request.content_length or 0) > limit:
        raise RequestEntityTooLarge(
            f"The body has {request.content_length:,} bytes; at most {limit:,} are read."
        )


def _harden(response: Response) -> Response:
    settings = current().settings
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    if settings.https:
        response.headers["Strict-Transport-Security"] = HSTS
    origin = request.headers.get("Origin", "")
    if origin and origin in settings.origins:
        response.headers["Access-Control-Allow-Origin"] = origin
        response.headers["Access-Control-Expose-Headers"] = SHOWN_HEADERS
        response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    if settings.origins:
        response.vary.add("Origin")
    return response
