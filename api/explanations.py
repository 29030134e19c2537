"""`POST /v1/explanations`, why a case came out so or did not; `POST /v1/proofs`, its proof."""

from __future__ import annotations

from typing import Final

from flask import Blueprint, Response, current_app, request

from reasoner import (
    build_proof,
    decide,
    errors,
    explain,
    explanation_html,
    explanation_text,
    proof_text,
)

from .bodies import asked_day, knowledge_now, sent_case, wanted_form

routes = Blueprint("explanations", __name__, url_prefix="/v1")

OFFERED: Final = ("application/json", "text/plain", "text/html")
QUESTIONS: Final = frozenset({"why", "whyNot"})
TERMS: Final = QUESTIONS | {"asOf"}


@routes.post("/explanations")
def create() -> Response | str:
    """Answer `why` and `whyNot`, which stand in the address, about the case in the body."""
    if not set(request.args) & QUESTIONS or set(request.args) - TERMS:
        raise errors.QueryUnreadable(
            "Ask with 'why' or 'whyNot' in the address, and 'asOf' beside it or nothing else.",
            hint="For example /v1/explanations?whyNot=MedicallyNecessary.",
        )
    knowledge = knowledge_now()
    case, text = sent_case(knowledge)
    wanted = wanted_form(OFFERED)
    why, why_not = request.args.get("why"), request.args.get("whyNot")
    decision = decide(case, knowledge, as_of=asked_day())
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
    """Decide the case in the body and give the proof, for the separate checker."""
    knowledge = knowledge_now()
    case, _ = sent_case(knowledge)
    wanted_form(("application/json",))
    proof = build_proof(decide(case, knowledge, as_of=asked_day()), knowledge)
    return Response(proof_text(proof), content_type="application/json")
