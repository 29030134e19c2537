"""What comes in over HTTP: bodies with a limit, parameters, and the form that is wanted."""

from __future__ import annotations

import json
import time
from datetime import date
from typing import TYPE_CHECKING, Final

from flask import request
from werkzeug.exceptions import (
    BadRequest,
    ClientDisconnected,
    NotAcceptable,
    RequestTimeout,
    UnsupportedMediaType,
)

from reasoner import errors, load_case

from .state import current

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from reasoner import CaseGraph, Knowledge

PIECE: Final = 1 << 16
CASE_FORMS: Final = {
    "application/json": "json",
    "application/ld+json": "jsonld",
    "text/turtle": "turtle",
}


def parameters(*known: str) -> dict[str, str]:
    """
    Return the parameters of the address, each given at most once.

    Raises:
        BadRequest: A parameter is unknown or is given more than once.
    """
    given = request.args.to_dict(flat=False)
    if unknown := sorted(set(given) - set(known)):
        offered = f"Parameters here are {', '.join(known)}." if known else "There are none here."
        raise BadRequest(f"The address has the unknown parameter '{unknown[0]}'. {offered}")
    given_once(given)
    return {name: values[0] for name, values in given.items()}


def given_once(given: Mapping[str, Sequence[str]]) -> None:
    """
    Refuse a parameter that is given more than once.

    Raises:
        BadRequest: One is.
    """
    for name, values in given.items():
        if len(values) > 1:
            raise BadRequest(f"'{name}' is given {len(values)} times; give it once.")


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
    data = read_body(current().settings.case_bytes)
    case = load_case(data, knowledge, form=form)
    return case, data.decode("utf-8-sig") if form == "turtle" else ""


def read_body(limit: int) -> bytes:
    """
    Read the body; one that is longer than the limit is refused, never cut.

    Args:
        limit: The largest number of bytes.

    Raises:
        CaseTooLarge: It is longer.
        RequestTimeout: It does not arrive in time.
    """
    if request.content_length is not None and request.content_length > limit:
        raise errors.CaseTooLarge(
            f"The body has {request.content_length:,} bytes; at most {limit:,} are read.",
            hint="Send the facts of one case, not its documents.",
        )
    data = b"".join(_pieces(limit + 1))
    if len(data) > limit:
        raise errors.CaseTooLarge(
            f"The body is longer than {limit:,} bytes.",
            hint="Send the facts of one case, not its documents.",
        )
    return data


def _pieces(most: int) -> Iterator[bytes]:
    seconds = current().settings.body_seconds
    ends = time.monotonic() + seconds
    while most:
        try:
            piece = request.stream.read(min(most, PIECE))
        except (OSError, ClientDisconnected) as error:
            raise RequestTimeout("The body did not arrive.") from error
        if not piece:
            return
        if time.monotonic() > ends:
            raise RequestTimeout(f"The body did not arrive within {seconds:g} s.")
        most -= len(piece)
        yield piece


def strict_json(body: bytes) -> object:
    """
    Parse JSON; a key given twice, NaN, or a text that is not Unicode is an error.

    Raises:
        DocumentUnreadable: It is not such JSON.
    """
    try:
        found: object = json.loads(body, object_pairs_hook=_object, parse_constant=_no_number)
        json.dumps(found, ensure_ascii=False).encode()
    except UnicodeEncodeError as error:
        raise errors.DocumentUnreadable(
            "The body contains a lone surrogate, which is not a character."
        ) from error
    except (ValueError, RecursionError) as error:
        raise errors.DocumentUnreadable(f"The body is not JSON: {error}.") from error
    return found


def sent_object(
    body: bytes, required: Collection[str], known: Collection[str]
) -> dict[str, object]:
    """
    Parse a JSON object with known keys.

    Args:
        body: The body.
        required: The keys that must be there.
        known: All keys that may be there.

    Raises:
        DocumentUnreadable: It is not an object, or a key is unknown or missing.
    """
    found = strict_json(body)
    if not isinstance(found, dict):
        raise errors.DocumentUnreadable("The body is not a JSON object.")
    if unknown := sorted(set(found) - set(known)):
        raise errors.DocumentUnreadable(
            f"The body has the unknown key '{unknown[0]}'.",
            hint=f"Its keys are {', '.join(sorted(known))}.",
        )
    if missing := sorted(set(required) - set(found)):
        raise errors.DocumentUnreadable(f"The body is missing {', '.join(missing)}.")
    return found


def _object(pairs: list[tuple[str, object]]) -> dict[str, object]:
    """Build a JSON object; a decoder would keep the last of two values without a word."""
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise ValueError(f"the key '{twice}' is given twice in one object; give it once")
    return found


def _no_number(text: str) -> object:
    raise ValueError(f"{text} is not a number of JSON")


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


def asked_day(text: str | None) -> date | None:
    """
    Read the day whose law and guidelines are asked for; None if none is.

    Raises:
        BadRequest: It is not a date.
    """
    try:
        return date.fromisoformat(text) if text is not None else None
    except ValueError as error:
        raise BadRequest(f"asOf is '{text}', which is not a date; write YYYY-MM-DD.") from error
