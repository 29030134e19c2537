"""`POST /v1/letters` and `POST /v1/decisions`: a determination as a letter, and its decision."""

from __future__ import annotations

import json
from typing import Any, Final

from flask import Blueprint, Response, request
from werkzeug.exceptions import UnsupportedMediaType

from reasoner import (
    STYLE_HASH,
    Physician,
    Ruling,
    assessment_data,
    decide,
    errors,
    is_document,
    load_case,
    read_document,
    sign,
    signed_rdf,
    write_letter,
)

from .bodies import CASE_FORMS, LIMIT, knowledge_now, read_body, wanted_form

routes = Blueprint("letters", __name__, url_prefix="/v1")

DOCUMENT_LIMIT: Final = 4_000_000
LETTERS: Final = {"text/html": "html", "application/pdf": "pdf", "text/plain": "text"}
GRAPHS: Final = {"text/turtle": "turtle", "application/ld+json": "jsonld"}
POLICY: Final = f"default-src 'none'; style-src 'sha256-{STYLE_HASH}'; base-uri 'none'"
KEYS: Final = frozenset(
    {"determination", "physician", "decision", "decidedOn", "outcome", "visits", "reason", "item"}
)


@routes.post("/letters")
def letter() -> Response:
    """Write the letter of a case, of a determination or of a document of decision."""
    wanted = wanted_form(tuple(LETTERS))
    return _letter(_document(), wanted)


@routes.post("/decisions")
def decision() -> Response:
    """Record the decision of a named physician on a determination; both come back."""
    if request.mimetype != "application/json":
        raise UnsupportedMediaType("Send application/json.")
    wanted = wanted_form(("application/json", *GRAPHS, *LETTERS))
    sent = _sent(read_body(DOCUMENT_LIMIT))
    signed = sign(
        read_document(json.dumps(sent["determination"]).encode(), source="the determination"),
        knowledge_now(),
        _physician(sent["physician"]),
        _ruling(sent),
    )
    if wanted in LETTERS:
        return _letter(signed, wanted)
    if wanted in GRAPHS:
        text = signed_rdf(signed, GRAPHS[wanted])
        return Response(text, content_type=f"{wanted}; charset=utf-8")
    return Response(json.dumps(signed, ensure_ascii=False), content_type="application/json")


def _document() -> dict[str, object]:
    """Read the document in the body, or decide the case in it."""
    form = CASE_FORMS.get(request.mimetype)
    if form is None:
        raise UnsupportedMediaType(f"Send one of {', '.join(CASE_FORMS)}.")
    body = read_body(DOCUMENT_LIMIT)
    if form == "json" and is_document(body):
        return read_document(body, source="the body")
    knowledge = knowledge_now()
    return assessment_data(
        decide(load_case(body, knowledge, form=form, limit=LIMIT), knowledge), knowledge
    )


def _letter(document: dict[str, object], wanted: str) -> Response:
    flag = request.args.get("confidential", "false")
    venue = request.args.get("venue")
    if flag not in {"true", "false"} or venue not in {None, "ur", "imr"}:
        raise errors.LetterUnsupported(
            "A letter takes venue=ur or venue=imr, and confidential=true or confidential=false."
        )
    data = write_letter(
        document, knowledge_now(), LETTERS[wanted], venue=venue, confidential=flag == "true"
    )
    response = Response(data, mimetype=wanted)
    if wanted == "text/html":
        response.headers["Content-Security-Policy"] = POLICY
    return response


def _sent(body: bytes) -> dict[str, Any]:
    """Read what was sent, and refuse what is lacking or unknown."""
    try:
        sent = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise errors.DocumentUnreadable(f"The body is not JSON: {error}.") from error
    if not isinstance(sent, dict):
        raise errors.DocumentUnreadable("The body is no JSON object.")
    if unknown := sorted(set(sent) - KEYS):
        raise errors.DocumentUnreadable(f"Unknown in the body: {', '.join(map(str, unknown))}.")
    lacking = sorted({"determination", "physician", "decision", "decidedOn"} - set(sent))
    if lacking or not isinstance(sent["determination"], dict):
        raise errors.DecisionRefused(
            f"The body lacks {', '.join(lacking) or 'a determination'}.",
            hint="Nothing is decided without a named physician.",
        )
    return sent


def _physician(value: object) -> Physician:
    who = value if isinstance(value, dict) else {}
    if set(who) - {"name", "licence", "specialty", "hours"} or not all(
        isinstance(text, str) for text in who.values()
    ):
        raise errors.DocumentUnreadable(
            "A physician has a name, a licence, a specialty and, if stated, hours."
        )
    return Physician(
        name=who.get("name", ""),
        licence=who.get("licence", ""),
        specialty=who.get("specialty", ""),
        hours=who.get("hours", ""),
    )


def _ruling(sent: dict[str, Any]) -> Ruling:
    words = {key: sent.get(key) for key in ("decision", "decidedOn", "outcome", "reason", "item")}
    visits = sent.get("visits")
    if any(not isinstance(word, str | None) for word in words.values()) or not (
        visits is None or type(visits) is int
    ):
        raise errors.DocumentUnreadable("Visits are a whole number; all else is text.")
    return Ruling(
        decision=words["decision"] or "",
        decided_on=words["decidedOn"] or "",
        outcome=words["outcome"],
        visits=visits,
        reason=words["reason"] or "",
        item=words["item"],
    )
