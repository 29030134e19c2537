"""The page on which a case is begun, and what becomes of its answers."""

from __future__ import annotations

from typing import Final
from urllib.parse import parse_qsl

from flask import Blueprint, Response, json, request
from werkzeug.exceptions import BadRequest, UnsupportedMediaType

from api.bodies import parameters, read_body
from api.state import current, knowledge_now
from reasoner import (
    assessment_html,
    case_form_html,
    case_from,
    decide,
    describe_assessment,
    errors,
    load_case,
)

from .documentation import page_of

routes = Blueprint("cases", __name__)

FORM: Final = "application/x-www-form-urlencoded"
ANSWERS: Final = 5_000
"""The largest number of answers that is read."""
BUTTONS: Final = frozenset({"add", "show"})


@routes.get("/cases/new")
def begin() -> str:
    """Show the questions."""
    parameters()
    return case_form_html(knowledge_now().form, {})


@routes.post("/cases/new")
def answer() -> Response | str:
    """Decide the case that the answers make; show the questions again if something is wrong."""
    if request.mimetype != FORM:
        raise UnsupportedMediaType(f"Send {FORM}.")
    knowledge = knowledge_now()
    try:
        text = read_body(current().settings.case_bytes).decode("utf-8")
        sent = parse_qsl(text, max_num_fields=ANSWERS)
    except ValueError as error:
        raise BadRequest(f"The answers cannot be read: {error}.") from error
    pressed = dict(pair for pair in sent if pair[0] in BUTTONS)
    given = [pair for pair in sent if pair[0] not in BUTTONS]
    case = case_from(given, knowledge.form, knowledge.codes)
    if pressed.get("show") == "json":
        body = json.dumps(case, ensure_ascii=False, indent=2)
        return Response(body, content_type="application/json")
    if "add" in pressed:
        return case_form_html(knowledge.form, case, add=pressed["add"])
    try:
        data = json.dumps(case).encode()
        decision = decide(load_case(data, knowledge, form="json", source="case"), knowledge)
    except errors.CaseError as error:
        if not error.faults:
            raise
        page = case_form_html(knowledge.form, case, error.faults)
        return Response(page, 422, content_type="text/html; charset=utf-8")
    return assessment_html(describe_assessment(decision, knowledge), page_of)
