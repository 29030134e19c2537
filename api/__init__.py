"""HTTP and pages over the reasoner; nothing is decided here."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Flask, Response

from . import (
    determinations,
    documentation,
    explanations,
    letters,
    problems,
    renewal,
    service,
    sparql,
)

if TYPE_CHECKING:
    from reasoner import Knowledge

__all__ = ["create_app", "serve"]

POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; "
    "form-action 'self'; base-uri 'none'"
)


def create_app(knowledge: Knowledge) -> Flask:
    """
    Build the WSGI application over one knowledge base.

    Args:
        knowledge: A loaded knowledge base; it is shared by all requests and never changed, only
            exchanged as a whole (`renewal`).
    """
    app = Flask(__name__)
    app.config[renewal.KNOWLEDGE] = knowledge
    app.config[renewal.REFUSED] = None
    app.json.sort_keys = False  # type: ignore[attr-defined] # the order of keys is meant
    for part in (determinations, documentation, explanations, letters, service, sparql):
        app.register_blueprint(part.routes)
    problems.register(app)
    app.after_request(_harden)
    return app


def _harden(response: Response) -> Response:
    response.headers.setdefault("Content-Security-Policy", POLICY)
    response.headers.setdefault("X-Content-Type-Options", "nosniff")
    response.headers.setdefault("Referrer-Policy", "no-referrer")
    response.headers.setdefault("Cache-Control", "no-store")
    return response


def serve(knowledge: Knowledge, *, host: str, port: int, watch: float | None = None) -> None:
    """
    Serve until interrupted; says where when it is ready.

    Args:
        knowledge: The knowledge base to begin with.
        host: The address to listen on.
        port: The port.
        watch: Seconds between two looks at the files of the knowledge, to take up a change that
            is sound; None to keep what was loaded.
    """
    import waitress  # noqa: PLC0415 - only where a server is wanted

    app = create_app(knowledge)
    if watch is not None:
        renewal.watch(app, seconds=watch)
    print(f"mednec serves on http://{host}:{port} (Ctrl-C ends it)", flush=True)  # noqa: T201
    waitress.serve(app, host=host, port=port, threads=4, _quiet=True)
