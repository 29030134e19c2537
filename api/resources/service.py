"""What the service reports about itself: health, OpenAPI description, JSON-LD context."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

from flask import Blueprint, Response, json, jsonify

from api.state import current, knowledge_now
from reasoner import VERSION, context_of

routes = Blueprint("service", __name__)


@routes.get("/v1/health")
def health() -> Response:
    """Report that the service is ready, its knowledge, and whether newer files are refused."""
    state = current()
    knowledge, refused = state.knowledge, state.refused
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
    """Return the OpenAPI description, with the version of this service."""
    text = Path(__file__).parents[1].joinpath("openapi.json").read_text(encoding="utf-8")
    contract = json.loads(text)
    contract["info"]["version"] = VERSION
    return Response(json.dumps(contract, ensure_ascii=False), content_type="application/json")


@routes.get("/v1/context.jsonld")
def context() -> Response:
    """Return the JSON-LD context that is applied to every JSON case."""
    body = json.dumps({"@context": context_of(knowledge_now().form)})
    return Response(body, content_type="application/ld+json")
