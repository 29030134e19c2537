"""What comes in over HTTP: bodies with a limit, and the form that is wanted."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Final, cast

from flask import current_app, request
from werkzeug.exceptions import BadRequest, NotAcceptable, UnsupportedMediaType

from reasoner import errors, load_case

if TYPE_CHECKING:
    from collections.abc import Sequence

    from reasoner import CaseGraph, Knowledge

LIMIT: Final = 1_000_000
CASE_FORMS: Final = {
    "application/json": "json",
    "application/ld+json": "jsonld",
    "text/turtle": "turtle",
}


def knowledge_now() -> Knowledge:
    """Return the knowledge base that is served."""
    return cast("Knowledge", current_app.config["KNOWLEDGE"])


def sent_case(knowledge: Knowledge) -> tuple[CaseGraph, str]:
    """
    Read the case in the body.

    Returns:
        The case, and its text where it is Turtle, so that its lines can be named; else no text.

    Raises:
        CaseError: It cannot be read.
        UnsupportedMediaType: The body is in no form of a case.
    """
    form = CASE_FORMS.get(request.mimetype)
    if form is None:
        raise UnsupportedMediaType(f"Send one of {', '.join(CASE_FORMS)}.")
    data = read_body()
    case = load_case(data, knowledge, form=form)
    return case, data.decode() if form == "turtle" else ""


def read_body(limit: int = LIMIT) -> bytes:
    """
    Read the body up to its limit; a longer one is refused, never cut.

    Raises:
        CaseTooLarge: It is longer.
    """
    if request.content_length is not None and request.content_length > limit:
        raise errors.CaseTooLarge(
            f"The body has {request.content_length:,} bytes; at most {limit:,} are read.",
            hint="Send the facts of one case, not its documents.",
        )
    data = request.stream.read(limit + 1)
    if len(data) > limit:
        raise errors.CaseTooLarge(f"The body is longer than {limit:,} bytes.")
    return data


def wanted_form(offered: Sequence[str]) -> str:
    """
    Return the media type that is wanted most; the first that is offered if none is named.

    Raises:
        NotAcceptable: Nothing that is offered is wanted.
    """
    accepted = request.accept_mimetypes
    wanted = accepted.best_match(offered) if accepted else offered[0]
    if wanted is None:
        raise NotAcceptable(f"Offered are {', '.join(offered)}.")
    return wanted


def asked_day() -> date | None:
    """Read the day whose law and guidelines are asked for; None if none is."""
    text = request.args.get("asOf")
    try:
        return date.fromisoformat(text) if text else None
    except ValueError as error:
        raise BadRequest(f"asOf is '{text}', which is no date; write YYYY-MM-DD.") from error
