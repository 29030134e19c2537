"""`POST /v1/decisions`: the decision of a named physician on a determination."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

from flask import Blueprint, Response, request
from werkzeug.exceptions import Forbidden, UnsupportedMediaType

from api.access import caller, require
from api.bodies import parameters, read_body, sent_object, wanted_form
from api.roles import SIGN
from api.state import current, knowledge_now
from reasoner import Physician, Ruling, errors, read_document, sign, signed_rdf

from .letters import LETTERS, letter_of

if TYPE_CHECKING:
    from collections.abc import Mapping

routes = Blueprint("decisions", __name__, url_prefix="/v1")

GRAPHS: Final = {"text/turtle": "turtle", "application/ld+json": "jsonld"}
REQUIRED: Final = frozenset({"determination", "decision", "decidedOn"})
TEXTS: Final = ("decision", "decidedOn", "outcome", "reason", "item")
SOURCES: Final = ("confirmed", "withdrawn")
KEYS: Final = REQUIRED | {*TEXTS, *SOURCES, "physician", "visits"}
PHYSICIAN: Final = ("name", "licence", "specialty", "hours")


@routes.post("/decisions")
def create() -> Response:
    """Record the decision of a named physician on a determination; both are returned."""
    asked = parameters("venue", "memo", "confidential")
    if request.mimetype != "application/json":
        raise UnsupportedMediaType("Send application/json.")
    wanted = wanted_form(("application/json", *GRAPHS, *LETTERS))
    sent = _sent(read_body(current().settings.document_bytes))
    signed = sign(
        read_document(json.dumps(sent["determination"]).encode(), source="the determination"),
        knowledge_now(),
        signer(sent.get("physician")),
        ruling_of(sent),
    )
    if wanted in LETTERS:
        return letter_of(signed, wanted, asked)
    if wanted in GRAPHS:
        text = signed_rdf(signed, GRAPHS[wanted])
        return Response(text, content_type=f"{wanted}; charset=utf-8")
    return Response(json.dumps(signed, ensure_ascii=False), content_type="application/json")


def _sent(body: bytes) -> dict[str, object]:
    """Read the body, and refuse a key that is missing, unknown or given twice."""
    sent = sent_object(body, (), KEYS)
    missing = sorted(REQUIRED - set(sent))
    if missing or not isinstance(sent["determination"], dict):
        raise errors.DecisionRefused(
            f"The body is missing {', '.join(missing) or 'a determination'}.",
            hint="Nothing is decided without a named physician.",
        )
    return sent


def signer(named: object = None) -> Physician:
    """
    Return the physician whose credential the present request has.

    Args:
        named: The physician that the body names; None if it names nobody.

    Raises:
        Forbidden: The credential is not that of a physician, or the body names another one.
        DocumentUnreadable: The body does not name a physician in the right form.
    """
    require(SIGN)
    own = caller().physician
    if own is None:
        raise Forbidden("This credential is not that of a named physician.")
    if named is not None and _physician(named) != own:
        raise Forbidden("A physician signs with a credential of their own, under their own name.")
    return own


def _physician(value: object) -> Physician:
    who = value if isinstance(value, dict) else {}
    words = {name: _text(who, name) for name in PHYSICIAN}
    if set(who) - set(PHYSICIAN):
        raise errors.DocumentUnreadable(
            "A physician has a name, a licence, a specialty and, if stated, hours."
        )
    return Physician(**{name: word or "" for name, word in words.items()})


def ruling_of(sent: Mapping[str, object]) -> Ruling:
    """
    Read the decision in a body.

    Raises:
        DocumentUnreadable: A part is not of its type.
    """
    words = {name: _text(sent, name) for name in TEXTS}
    visits = sent.get("visits")
    if visits is not None and (not isinstance(visits, int) or isinstance(visits, bool)):
        raise errors.DocumentUnreadable(f"'visits' is {json.dumps(visits)[:40]}, not a number.")
    return Ruling(
        decision=words["decision"] or "",
        decided_on=words["decidedOn"] or "",
        outcome=words["outcome"],
        visits=visits,
        reason=words["reason"] or "",
        item=words["item"],
        confirmed=_names(sent, "confirmed"),
        withdrawn=_names(sent, "withdrawn"),
    )


def _names(given: Mapping[str, object], name: str) -> tuple[str, ...]:
    """Read a list of sources, each a number or an IRI."""
    value = given.get(name, [])
    if not isinstance(value, list) or not all(_is_name(one) for one in value):
        raise errors.DocumentUnreadable(
            f"'{name}' is {json.dumps(value)[:40]}; expected a list of sources.",
            hint="Each is the number or the IRI of a source of the determination.",
        )
    return tuple(str(one) for one in value)


def _is_name(value: object) -> bool:
    return isinstance(value, str | int) and not isinstance(value, bool)


def _text(given: Mapping[str, object], name: str) -> str | None:
    value = given.get(name)
    if value is None or isinstance(value, str):
        return value
    raise errors.DocumentUnreadable(f"'{name}' is {json.dumps(value)[:40]}; expected text.")
