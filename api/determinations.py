"""`POST /v1/determinations`: a case in, its determinations out, by content negotiation."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, cast

from flask import Blueprint, Response, current_app, render_template, request
from werkzeug.exceptions import UnsupportedMediaType

from reasoner import decide, decision_data, decision_rdf, load_case

from .bodies import CASE_FORMS, read_body, wanted_form

if TYPE_CHECKING:
    from reasoner import Knowledge

routes = Blueprint("determinations", __name__, url_prefix="/v1")

OFFERED: Final = ("application/json", "application/ld+json", "text/turtle", "text/html")


@routes.post("/determinations")
def create() -> Response | str:
    """Decide the case in the body."""
    knowledge = cast("Knowledge", current_app.config["KNOWLEDGE"])
    form = CASE_FORMS.get(request.mimetype)
    if form is None:
        raise UnsupportedMediaType(f"Send one of {', '.join(CASE_FORMS)}.")
    wanted = wanted_form(OFFERED)
    decision = decide(load_case(read_body(), knowledge, form=form), knowledge)
    if wanted == "text/html":
        return render_template("determination.html", decision=decision_data(decision, knowledge))
    if wanted != "application/json":
        text = decision_rdf(decision, knowledge, CASE_FORMS[wanted])
        return Response(text, content_type=f"{wanted}; charset=utf-8")
    return Response(
        current_app.json.dumps(decision_data(decision, knowledge), ensure_ascii=False),
        content_type="application/json",
    )
