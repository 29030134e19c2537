"""`POST /v1/explanations`, why a case came out so or did not; `POST /v1/proofs`, its proof."""

from __future__ import annotations

from typing import Final

from flask import Blueprint, Response, current_app, request

from api.bodies import asked_day, parameters, sent_case, wanted_form
from api.state import knowledge_now
from reasoner import (
    build_proof,
    decide,
    errors,
    explain,
    explanation_html,
    explanation_text,
    proof_text,
)

routes = Blueprint("explanations", __name__, url_prefix="/v1")

OFFERED: Final = ("application/json", "text/plain", "text/html")
QUESTIONS: Final = ("why", "whyNot")


@routes.post("/explanations")
def create() -> Response | str:
    """Answer the questions `why` and `whyNot` of the address about the case in the body."""
    if not set(request.args) & set(QUESTIONS):
        raise errors.QueryUnreadable(
            "The address has neither the parameter 'why' nor 'whyNot'.",
            hint="For example /v1/explanations?whyNot=MedicallyNecessary.",
        )
    asked = parameters(*QUESTIONS, "asOf")
    as_of = asked_day(asked.get("asOf"))
    knowledge = knowledge_now()
    case, text = sent_case(knowledge)
    wanted = wanted_form(OFFERED)
    why, why_not = asked.get("why"), asked.get("whyNot")
    decision = decide(case, knowledge, as_of=as_of)
    answer = explain(decision, knowledge, why=why, why_not=why_not, text=text)
    if wanted == "text/plain":
        return Response(explanation_text(answer), content_type="text/plain; charset=utf-8")
    if wanted == "text/html":
        return explanation_html(answer)
    return Response(
        current_app.json.dumps(answer, ensure_ascii=False), content_type="application/json"
    )


@routes.post("/proofs")
def prove() -> Response:
    """Decide the case in the body and return the proof, for the independent verifier."""
    knowledge = knowledge_now()
    as_of = asked_day(parameters("asOf").get("asOf"))
    case, _ = sent_case(knowledge)
    wanted_form(("application/json",))
    proof = build_proof(decide(case, knowledge, as_of=as_of), knowledge)
    return Response(proof_text(proof), content_type="application/json")
