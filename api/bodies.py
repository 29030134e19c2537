"""What comes in over HTTP: bodies with a limit, and the form that is wanted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from flask import request
from werkzeug.exceptions import NotAcceptable

from reasoner import errors

if TYPE_CHECKING:
    from collections.abc import Sequence

LIMIT: Final = 1_000_000
CASE_FORMS: Final = {
    "application/json": "json",
    "application/ld+json": "jsonld",
    "text/turtle": "turtle",
}


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
