"""`POST /v1/letters`: a case, a determination or a decision as a letter."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from flask import Blueprint, Response, request
from werkzeug.exceptions import UnsupportedMediaType

from api.bodies import CASE_FORMS, parameters, read_body, wanted_form
from api.state import current, knowledge_now
from reasoner import (
    STYLE_HASH,
    assessment_data,
    decide,
    errors,
    is_document,
    load_case,
    read_document,
    write_letter,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

routes = Blueprint("letters", __name__, url_prefix="/v1")

LETTERS: Final = {"text/html": "html", "application/pdf": "pdf", "text/plain": "text"}
POLICY: Final = (
    f"default-src 'none'; style-src 'sha256-{STYLE_HASH}'; form-action 'none'; base-uri 'none'; "
    "frame-ancestors 'none'"
)


@routes.post("/letters")
def create() -> Response:
    """Write the letter of a case, of a determination or of a decision."""
    asked = parameters("venue", "memo", "confidential")
    wanted = wanted_form(tuple(LETTERS))
    return letter_of(_document(), wanted, asked)


def _document() -> dict[str, object]:
    """Read the document in the body, or decide the case in it."""
    form = CASE_FORMS.get(request.mimetype)
    if form is None:
        raise UnsupportedMediaType(f"Send one of {', '.join(CASE_FORMS)}.")
    settings, knowledge = current().settings, knowledge_now()
    body = read_body(settings.document_bytes)
    if form == "json" and is_document(body):
        return read_document(body, source="the body")
    case = load_case(body, knowledge, form=form, limit=settings.case_bytes)
    return assessment_data(decide(case, knowledge), knowledge)


def letter_of(document: dict[str, object], wanted: str, asked: Mapping[str, str]) -> Response:
    """
    Write a document as a letter.

    Args:
        document: A determination or a decision, as plain data.
        wanted: The media type, one of `LETTERS`.
        asked: The parameters `venue`, `memo` and `confidential`, where they are given.

    Raises:
        LetterUnsupported: The venue has no form of a letter, or a parameter has no such value.
    """
    data = write_letter(
        document,
        knowledge_now(),
        LETTERS[wanted],
        venue=asked.get("venue"),
        memo=_flag(asked, "memo"),
        confidential=_flag(asked, "confidential"),
    )
    response = Response(data, mimetype=wanted)
    if wanted == "text/html":
        response.headers["Content-Security-Policy"] = POLICY
    return response


def _flag(asked: Mapping[str, str], name: str) -> bool:
    value = asked.get(name, "false")
    if value not in {"true", "false"}:
        raise errors.LetterUnsupported(
            f"{name} is '{value}'; expected true or false.", hint="Leave it out for false."
        )
    return value == "true"
