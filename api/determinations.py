"""`POST /v1/determinations`: a case in, its determinations out, by content negotiation."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Final, cast

from flask import Blueprint, Response, current_app, render_template, request
from werkzeug.exceptions import BadRequest, NotAcceptable, UnsupportedMediaType

from reasoner import COMPARISONS, decide, decision_data, decision_rdf, errors, load_case

if TYPE_CHECKING:
    from reasoner import Knowledge

routes = Blueprint("determinations", __name__, url_prefix="/v1")

LIMIT: Final = 1_000_000
FORMS: Final = {
    "application/json": "json",
    "application/ld+json": "jsonld",
    "text/turtle": "turtle",
}
OFFERED: Final = ("application/json", "application/ld+json", "text/turtle", "text/html")


@routes.post("/determinations")
def create() -> Response | str:
    """Decide the case in the body."""
    knowledge = cast("Knowledge", current_app.config["KNOWLEDGE"])
    form = FORMS.get(request.mimetype)
    if form is None:
        raise UnsupportedMediaType(f"Send one of {', '.join(FORMS)}.")
    wanted = (
        request.accept_mimetypes.best_match(OFFERED) if request.accept_mimetypes else OFFERED[0]
    )
    if wanted is None:
        raise NotAcceptable(f"Offered are {', '.join(OFFERED)}.")
    decision = decide(
        load_case(_body(), knowledge, form=form), knowledge, as_of=_as_of(), include=_include()
    )
    if wanted == "text/html":
        return render_template("determination.html", decision=decision_data(decision, knowledge))
    if wanted != "application/json":
        text = decision_rdf(decision, knowledge, FORMS[wanted])
        return Response(text, content_type=f"{wanted}; charset=utf-8")
    return Response(
        current_app.json.dumps(decision_data(decision, knowledge), ensure_ascii=False),
        content_type="application/json",
    )


def _as_of() -> date | None:
    """Read the day whose law and guidelines are asked for; None if none is."""
    text = request.args.get("asOf")
    try:
        return date.fromisoformat(text) if text else None
    except ValueError as error:
        raise BadRequest(f"asOf is '{text}', which is no date; write YYYY-MM-DD.") from error


def _include() -> list[str]:
    """Read what is wanted beside the determinations, separated by commas."""
    named = [name for name in request.args.get("include", "").split(",") if name]
    if unknown := sorted(set(named) - set(COMPARISONS)):
        raise BadRequest(f"include names {', '.join(unknown)}; there are {', '.join(COMPARISONS)}.")
    return named


def _body() -> bytes:
    """Read the body up to its limit; a longer one is refused, never cut."""
    if request.content_length is not None and request.content_length > LIMIT:
        raise errors.CaseTooLarge(
            f"The body has {request.content_length:,} bytes; at most {LIMIT:,} are read.",
            hint="Send the facts of one case, not its documents.",
        )
    data = request.stream.read(LIMIT + 1)
    if len(data) > LIMIT:
        raise errors.CaseTooLarge(f"The body is longer than {LIMIT:,} bytes.")
    return data
