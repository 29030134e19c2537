"""What the service reports about itself: health, OpenAPI description, JSON-LD context."""

from __future__ import annotations

import re
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

from flask import Blueprint, Response, current_app, json, jsonify
from prometheus_client import CONTENT_TYPE_LATEST

from api.access import needed_for
from api.bodies import parameters
from api.state import current, knowledge_now
from reasoner import VERSION, case_schema, context_of, contract_html, part_schemas

routes = Blueprint("service", __name__)

NAME: Final = re.compile(r"\w+")
CONTRACT: Final = Path(__file__).parents[1] / "contract"
"""The parts of the OpenAPI description: one file for each subject, joined by their keys."""


@routes.get("/v1/health")
def health() -> Response:
    """Report that the service is ready, its knowledge, and whether newer files are refused."""
    parameters()
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


@routes.get("/livez")
def live() -> Response:
    """Report that the process answers."""
    parameters()
    return jsonify(status="alive")


@routes.get("/readyz")
def ready() -> tuple[Response, int]:
    """Report what the service needs in order to answer, each with its state."""
    parameters()
    state = current()
    pool = state.pool()
    checks = {
        "ending": not state.ending,
        "knowledge": bool(state.knowledge.rules),
        "processes": pool is None or pool.is_alive(),
    }
    good = all(checks.values())
    words = {name: "good" if fine else "bad" for name, fine in checks.items()}
    return jsonify(status="ready" if good else "not ready", checks=words), 200 if good else 503


@routes.get("/metrics")
def metrics() -> Response:
    """Give the counters of this process in the text format of Prometheus."""
    parameters()
    return Response(current().metrics.text(), content_type=CONTENT_TYPE_LATEST)


@routes.get("/v1/openapi.json")
def openapi() -> Response:
    """Return the OpenAPI description: the version of this service, and a case in full."""
    body = json.dumps(contract_now(), ensure_ascii=False)
    return Response(body, content_type="application/json")


@routes.get("/v1/contract")
def contract_page() -> Response:
    """Show the OpenAPI description as a page, without scripts and without the network."""
    return Response(contract_html(contract_now()), content_type="text/html; charset=utf-8")


def contract_now() -> dict[str, Any]:
    """Return the OpenAPI description of the running service."""
    contract: dict[str, Any] = {}
    for part in sorted(CONTRACT.glob("*.json")):
        _add(contract, json.loads(part.read_text(encoding="utf-8")))
    contract["info"]["version"] = VERSION
    contract["components"]["schemas"] |= part_schemas(knowledge_now().form, "#/components/schemas/")
    needed = _needed()
    for path, methods in contract["paths"].items():
        for method, operation in methods.items():
            operation["operationId"] = "_".join([method, *NAME.findall(path)])
            _complete(operation, needed.get((path, method), ""))
    return contract


def _needed() -> dict[tuple[str, str], str]:
    """Return the permission that each path and method asks for, as the contract writes paths."""
    return {
        (re.sub(r"<(\w+)>", r"{\1}", rule.rule), method.lower()): needed_for(rule.endpoint) or ""
        for rule in current_app.url_map.iter_rules()
        for method in rule.methods or ()
    }


def _complete(operation: dict[str, Any], permission: str) -> None:
    """Add what holds for every operation: who may use it, and the refusals that guard it."""
    problem = {"$ref": "#/components/responses/Problem"}
    refusals = ["400", "421", "429"]
    if "requestBody" in operation:
        refusals += ["403", "408", "413"]
    operation["security"] = []
    if permission:
        operation["security"] = [{"key": []}, {"password": []}]
        refusals += ["401", "403", "503"]
        operation["x-permission"] = permission
    for status in refusals:
        operation["responses"].setdefault(status, problem)


def _add(whole: dict[str, Any], part: dict[str, Any]) -> None:
    """Add the objects of a part of the contract to the whole, key by key."""
    for name, value in part.items():
        if isinstance(value, dict) and isinstance(whole.get(name), dict):
            _add(whole[name], value)
        elif name in whole:
            raise ValueError(f"two parts of the contract state '{name}'")
        else:
            whole[name] = value


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
