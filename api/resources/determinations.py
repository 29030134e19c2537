"""`POST /v1/determinations`: a case in, its determinations out, by content negotiation."""

from __future__ import annotations

from typing import Final

from flask import Blueprint, Response, current_app
from werkzeug.exceptions import BadRequest

from api.bodies import CASE_FORMS, asked_day, parameters, sent_case, wanted_form
from api.state import knowledge_now
from api.web.documentation import page_of
from reasoner import (
    COMPARISONS,
    assessment_data,
    assessment_html,
    assessment_rdf,
    decide,
    describe_assessment,
)

routes = Blueprint("determinations", __name__, url_prefix="/v1")

OFFERED: Final = ("application/json", "application/ld+json", "text/turtle", "text/html")


@routes.post("/determinations")
def create() -> Response | str:
    """Decide the case in the body."""
    knowledge = knowledge_now()
    asked = parameters("asOf", "include")
    as_of, include = asked_day(asked.get("asOf")), _include(asked.get("include", ""))
    case, _ = sent_case(knowledge)
    wanted = wanted_form(OFFERED)
    decision = decide(case, knowledge, as_of=as_of, include=include)
    if wanted == "text/html":
        return assessment_html(describe_assessment(decision, knowledge), page_of)
    if wanted != "application/json":
        text = assessment_rdf(decision, knowledge, CASE_FORMS[wanted])
        return Response(text, content_type=f"{wanted}; charset=utf-8")
    return Response(
        current_app.json.dumps(assessment_data(decision, knowledge), ensure_ascii=False),
        content_type="application/json",
    )


def _include(text: str) -> list[str]:
    """Read what is wanted in addition to the determinations, separated by commas."""
    named = [name for name in text.split(",") if name]
    if unknown := sorted(set(named) - set(COMPARISONS)):
        raise BadRequest(f"include names {', '.join(unknown)}; there are {', '.join(COMPARISONS)}.")
    return named
