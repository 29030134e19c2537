"""The WSGI application: its resources, pages, errors and headers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Flask, Response

from . import problems
from .resources import decisions, determinations, explanations, letters, service, sparql
from .settings import Settings
from .state import State
from .web import cases, documentation, home

if TYPE_CHECKING:
    from reasoner import Knowledge

POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; "
    "form-action 'self'; base-uri 'none'"
)


def create_app(knowledge: Knowledge, settings: Settings | None = None) -> Flask:
    """
    Build the WSGI application over one knowledge base.

    Args:
        knowledge: A loaded knowledge base. All requests share it. It never changes; the state
            replaces it as a whole.
        settings: The settings of the service; None for the defaults.
    """
    app = Flask(__name__)
    State(knowledge=knowledge, settings=settings or Settings()).attach(app)
    app.json.sort_keys = False  # type: ignore[attr-defined] # the order of keys is meant
    for part in (
        cases,
        decisions,
        determinations,
        documentation,
        explanations,
        home,
        letters,
        service,
        sparql,
    ):
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


def serve(
    knowledge: Knowledge,
    *,
    host: str,
    port: int,
    watch: float | None = None,
    settings: Settings | None = None,
) -> None:
    """
    Serve until interrupted; print the address when the service is ready.

    Args:
        knowledge: The knowledge base to begin with.
        host: The address to listen on.
        port: The port.
        watch: Seconds between two looks at the files of the knowledge, to use a change that loads
            without an error; None to keep what was loaded.
        settings: The settings of the service; None for the defaults.
    """
    import waitress  # noqa: PLC0415 - only where a server is wanted

    chosen = settings or Settings()
    app = create_app(knowledge, chosen)
    if watch is not None:
        State.of(app).watch(seconds=watch)
    print(f"mednec serves on http://{host}:{port} (Ctrl-C ends it)", flush=True)  # noqa: T201
    waitress.serve(app, host=host, port=port, threads=chosen.threads, _quiet=True)
