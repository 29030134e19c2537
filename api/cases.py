"""The case in the body of a request: its form, its size, and what may be answered."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, cast

from flask import current_app, request
from werkzeug.exceptions import NotAcceptable, UnsupportedMediaType

from reasoner import errors, load_case

if TYPE_CHECKING:
    from collections.abc import Sequence

    from reasoner import CaseGraph, Knowledge

LIMIT: Final = 1_000_000
FORMS: Final = {
    "application/json": "json",
    "application/ld+json": "jsonld",
    "text/turtle": "turtle",
}


def knowledge_now() -> Knowledge:
    """Return the knowledge base that is served."""
    return cast("Knowledge", current_app.config["KNOWLEDGE"])


def sent_case(knowledge: Knowledge) -> tuple[CaseGraph, str]:
    """
    Read the case in the body, up to the limit; a longer one is refused, never cut.

    Returns:
        The case, and its text where it is Turtle, so that its lines can be named; else no text.

    Raises:
        CaseError: It cannot be read.
    """
    form = FORMS.get(request.mimetype)
    if form is None:
        raise UnsupportedMediaType(f"Send one of {', '.join(FORMS)}.")
    if request.content_length is not None and request.content_length > LIMIT:
        raise errors.CaseTooLarge(
            f"The body has {request.content_length:,} bytes; at most {LIMIT:,} are read.",
            hint="Send the facts of one case, not its documents.",
        )
    data = request.stream.read(LIMIT + 1)
    if len(data) > LIMIT:
        raise errors.CaseTooLarge(f"The body is longer than {LIMIT:,} bytes.")
    case = load_case(data, knowledge, form=form)
    return case, data.decode() if form == "turtle" else ""


def wanted_of(offered: Sequence[str]) -> str:
    """
    Choose the form of the answer: what the caller likes best, or the first that is offered.

    Raises:
        NotAcceptable: Nothing that is offered is wanted.
    """
    wanted = (
        request.accept_mimetypes.best_match(offered) if request.accept_mimetypes else offered[0]
    )
    if wanted is None:
        raise NotAcceptable(f"Offered are {', '.join(offered)}.")
    return wanted
