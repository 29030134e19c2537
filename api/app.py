"""The WSGI application: its resources, pages, errors and headers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from flask import Flask

from . import access, containment, observation, problems, publication, security, telemetry
from .oidc import Issuer
from .rates import Rates
from .records import Records
from .resources import (
    accesses,
    analysis,
    bulk,
    changes,
    decisions,
    determinations,
    explanations,
    letters,
    notes,
    queries,
    rulings,
    service,
    sparql,
    what_ifs,
)
from .resources import (
    knowledge as knowledge_pages,
)
from .resources import records as record_pages
from .settings import Settings
from .state import State
from .web import cases, documentation, home

if TYPE_CHECKING:
    from flask import Blueprint

    from reasoner import Knowledge

INNER: Final = (cases.routes, determinations.routes, explanations.routes, letters.routes)
"""What a process that decides answers: a case comes in, and nothing is stored."""
OUTER: Final = (
    *INNER,
    decisions.routes,
    documentation.routes,
    home.routes,
    queries.routes,
    service.routes,
    sparql.routes,
    accesses.routes,
    analysis.routes,
    bulk.routes,
    changes.publishing,
    changes.routes,
    knowledge_pages.routes,
    notes.comments,
    notes.reviews,
    record_pages.routes,
    rulings.routes,
    what_ifs.routes,
)


def create_app(knowledge: Knowledge, settings: Settings | None = None) -> Flask:
    """
    Build the WSGI application over one knowledge base.

    Args:
        knowledge: A loaded knowledge base. All requests share it. It never changes; the state
            replaces it as a whole.
        settings: The settings of the service; None for the defaults.
    """
    chosen = settings or Settings()
    app = _application(knowledge, chosen, OUTER)
    observation.register(app, chosen, State.of(app).metrics)
    telemetry.register(app, chosen)
    security.register(app)
    access.register(app)
    publication.register(app, State.of(app))
    containment.register(app)
    bulk.resume(app)
    return app


def create_inner_app(knowledge: Knowledge, settings: Settings) -> Flask:
    """Build the part of the application that a process of the pool runs: it guards nothing."""
    return _application(knowledge, settings, INNER)


def _application(knowledge: Knowledge, settings: Settings, parts: tuple[Blueprint, ...]) -> Flask:
    app = Flask(__name__, static_folder=None)
    State(
        knowledge=knowledge,
        settings=settings,
        rates=Rates.of(settings),
        records=Records.open(settings),
        issuer=Issuer.of(settings),
    ).attach(app)
    app.json.sort_keys = False  # type: ignore[attr-defined] # the order of keys is meant
    for routes in parts:
        app.register_blueprint(routes)
    problems.register(app)
    return app
