"""`/v1/determinations/{id}/decisions` and `/v1/decisions`: what physicians decided, and letters."""

from __future__ import annotations

from typing import Final

from flask import Blueprint, Response
from werkzeug.exceptions import UnsupportedMediaType

from api.access import caller, require
from api.bodies import parameters, read_body, sent_object, wanted_form
from api.filing import (
    answer_json,
    current_entry,
    document_of,
    file_entry,
    idempotency_key,
    listed,
    log_access,
    proven,
    records,
    tagged,
    version_of,
)
from api.records import entry_of, new_id
from api.roles import WRITE
from api.state import current, knowledge_now
from reasoner import sign, signed_rdf

from .decisions import GRAPHS, SOURCES, TEXTS, ruling_of, signer
from .letters import LETTERS, letter_of

routes = Blueprint("rulings", __name__, url_prefix="/v1")

FILTERS: Final = ("case", "determination", "decided", "outcome", "guideline", "rule", "physician")
SENT: Final = frozenset({*TEXTS, *SOURCES, "visits"})
LETTER: Final = frozenset({"venue", "memo", "confidential"})


@routes.post("/determinations/<name>/decisions")
def sign_determination(name: str) -> Response:
    """Record the decision of the physician whose credential it is; the ledger holds who."""
    parameters()
    physician = signer()
    entry = current_entry("determination", f"determinations/{name}")
    body = read_body(current().settings.document_bytes)
    sent = sent_object(body, ("decision", "decidedOn"), SENT)
    last = records().ledger.latest("decision", f"decisions/{name}")
    key = idempotency_key()
    if key and last and records().ledger.by_key(caller().id, f"{key}/decision"):
        last = None  # a repetition: the entry that was made then is returned
    before = document_of(last) if last else document_of(entry)
    signed = sign(before, knowledge_now(), physician, ruling_of(sent))
    version = last.version + 1 if last else 1
    made = file_entry("decision", f"decisions/{name}", signed, body, version=version)
    log_access("write", made)
    response = proven(made, 201)
    response.headers["Location"] = f"/v1/decisions/{name}"
    return response


@routes.get("/decisions")
def list_decisions() -> Response:
    """List the decisions, newest first."""
    return listed("decision", "/v1/decisions", tuple(one for one in FILTERS if one != "decided"))


@routes.get("/decisions/<name>")
def read_decision(name: str) -> Response:
    """Give a decision with its recommendation, as a document, a graph or a letter."""
    parameters()
    entry = version_of("decision", f"decisions/{name}", None)
    wanted = wanted_form(("application/json", *GRAPHS, *LETTERS))
    log_access("read", entry)
    if wanted in LETTERS:
        return tagged(letter_of(document_of(entry), wanted, {}), entry, LETTERS[wanted])
    if wanted in GRAPHS:
        text = signed_rdf(document_of(entry), GRAPHS[wanted])
        found = Response(text, content_type=f"{wanted}; charset=utf-8")
        return tagged(found, entry, GRAPHS[wanted])
    return proven(entry)


@routes.post("/determinations/<name>/letters")
def write_letter_of(name: str) -> Response:
    """Write the letter of a determination, or of the decision on it, and keep it."""
    require(WRITE)
    asked = parameters(*LETTER)
    read_body(0)
    wanted = wanted_form(tuple(LETTERS))
    entry = records().ledger.latest("decision", f"decisions/{name}")
    entry = entry or current_entry("determination", f"determinations/{name}")
    response = letter_of(document_of(entry), wanted, asked)
    letter = new_id()
    (made,) = records().add(
        entry_of(
            "letter",
            f"letters/{letter}",
            response.get_data(),
            actor=caller().id,
            media_type=wanted,
        )
    )
    log_access("write", made)
    response.status_code = 201
    response.headers["Location"] = f"/v1/letters/{letter}"
    response.headers["Link"] = f'</v1/letters/{letter}/proof>; rel="describedby"'
    return response


@routes.get("/letters")
def list_letters() -> Response:
    """List the letters, newest first."""
    return listed("letter", "/v1/letters")


@routes.get("/letters/<name>")
def read_letter(name: str) -> Response:
    """Give a letter as it was written, byte for byte."""
    parameters()
    entry = current_entry("letter", f"letters/{name}")
    if entry.media_type not in LETTERS:
        raise UnsupportedMediaType("This is not a letter.")
    wanted_form((entry.media_type,))
    log_access("read", entry)
    response = Response(entry.body or b"", mimetype=entry.media_type)
    response.headers["Link"] = f'</v1/letters/{name}/proof>; rel="describedby"'
    return tagged(response, entry, LETTERS[entry.media_type])


@routes.get("/letters/<name>/proof")
def prove_letter(name: str) -> Response:
    """Give the proof that the ledger contains a letter."""
    parameters()
    entry = current_entry("letter", f"letters/{name}")
    return answer_json(records().ledger.proof(entry.index).as_json())
