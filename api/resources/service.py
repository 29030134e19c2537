"""What the service reports about itself: health, OpenAPI description, JSON-LD context."""

from __future__ import annotations

import re
from dataclasses import asdict
from pathlib import Path
from typing import Final

from flask import Blueprint, Response, json, jsonify

from api.state import current, knowledge_now
from reasoner import VERSION, case_schema, context_of, part_schemas

routes = Blueprint("service", __name__)

NAME: Final = re.compile(r"\w+")


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
    """Return the OpenAPI description: the version of this service, and a case in full."""
    text = Path(__file__).parents[1].joinpath("openapi.json").read_text(encoding="utf-8")
    contract = json.loads(text)
    contract["info"]["version"] = VERSION
    contract["components"]["schemas"] |= part_schemas(knowledge_now().form, "#/components/schemas/")
    for path, methods in contract["paths"].items():
        for method, operation in methods.items():
            operation["operationId"] = "_".join([method, *NAME.findall(path)])
    return Response(json.dumps(contract, ensure_ascii=False), content_type="application/json")


@routes.get("/v1/schemas/case")
def schema() -> Response:
    """Return the JSON Schema of a case."""
    body = json.dumps(case_schema(knowledge_now().form), ensure_ascii=False)
    return Response(body, content_type="application/schema+json")


@routes.get("/v1/context.jsonld")
def context() -> Response:
    """Return the JSON-LD context that is applied to every JSON case."""
    body = json.dumps({"@context": context_of(knowledge_now().form)})
    return Response(body, content_type="application/ld+json")
