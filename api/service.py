"""What the service says of itself: health, contract, context, and a first page."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, cast

from flask import Blueprint, Response, current_app, json, jsonify

from reasoner import VERSION, context_of, service_html

from .documentation import page_of

if TYPE_CHECKING:
    from reasoner import Knowledge

routes = Blueprint("service", __name__)


def _knowledge() -> Knowledge:
    return cast("Knowledge", current_app.config["KNOWLEDGE"])


@routes.get("/")
def index() -> str:
    """Show what the service offers."""
    return service_html(_knowledge(), page_of)


@routes.get("/v1/health")
def health() -> Response:
    """Say that the service is ready, with which knowledge, and whether newer files are refused."""
    knowledge = _knowledge()
    refused = current_app.config["KNOWLEDGE_REFUSED"]
    return jsonify(
        refused=asdict(refused) if refused else None,
        status="ready",
        version=VERSION,
        knowledge=knowledge.digest,
        rules=len(knowledge.rules),
        populations=len(knowledge.populations),
    )


@routes.get("/v1/openapi.json")
def openapi() -> Response:
    """Give the contract."""
    text = Path(__file__).with_name("openapi.json").read_text(encoding="utf-8")
    return Response(text, content_type="application/json")


@routes.get("/v1/context.jsonld")
def context() -> Response:
    """Give the JSON-LD context that is applied to every JSON case."""
    body = json.dumps({"@context": context_of(_knowledge().vocabulary)})
    return Response(body, content_type="application/ld+json")
