"""`/v1/what-ifs`: a kept case decided with something changed, at an address that stays."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

from flask import Blueprint, Response
from werkzeug.exceptions import BadRequest

from api.bodies import parameters, read_body, sent_object
from api.filing import (
    current_entry,
    file_entry,
    listed,
    log_access,
    proven,
)
from api.records import new_id
from api.state import current, knowledge_now
from reasoner import case_json, load_case

from .records import decided, sent_form

if TYPE_CHECKING:
    from reasoner import RecordedEntry

    Json = dict[str, object]

routes = Blueprint("what_ifs", __name__, url_prefix="/v1")

SENT: Final = ("case", "asOf", "change")


@routes.post("/what-ifs")
def create_what_if() -> Response:
    """
    Decide a kept case under another day, or with a change, and keep the answer.

    The change is a JSON Merge Patch (RFC 7396) of the case as JSON.
    """
    parameters()
    body = read_body(current().settings.case_bytes)
    sent = sent_object(body, ("case",), SENT)
    name, as_of, change = sent["case"], sent.get("asOf"), sent.get("change", {})
    if not isinstance(name, str) or not isinstance(as_of, str | None):
        raise BadRequest("'case' is the id of a kept case, and 'asOf' a date.")
    if not isinstance(change, dict) or not (change or as_of):
        raise BadRequest("State 'asOf', or a 'change' that is an object, or both.")
    entry = current_entry("case", f"cases/{name}")
    patched = json.dumps(_patched(_as_json(entry), change)).encode()
    document = decided(patched, "application/json", {"asOf": as_of} if as_of else {})
    made_id = new_id()
    record: dict[str, object] = {
        "id": made_id,
        "case": name,
        "caseVersion": entry.version,
        "asOf": as_of,
        "change": change,
        "answer": document,
    }
    made = file_entry("what-if", f"what-ifs/{made_id}", record, body)
    log_access("write", made)
    response = proven(made, 201)
    response.headers["Location"] = f"/v1/{made.subject}"
    return response


@routes.get("/what-ifs")
def list_what_ifs() -> Response:
    """List the what-ifs, newest first."""
    return listed("what-if", "/v1/what-ifs", ("case",))


@routes.get("/what-ifs/<name>")
def read_what_if(name: str) -> Response:
    """Give a what-if with its answer."""
    parameters()
    entry = current_entry("what-if", f"what-ifs/{name}")
    log_access("read", entry)
    return proven(entry)


def _as_json(entry: RecordedEntry) -> Json:
    body, form = sent_form(entry)
    if form != "text/turtle":
        return dict(json.loads(body))
    knowledge = knowledge_now()
    return dict(case_json(load_case(body, knowledge, form="turtle"), knowledge.form))


def _patched(value: object, change: object) -> object:
    """Apply a JSON Merge Patch (RFC 7396)."""
    if not isinstance(change, dict):
        return change
    found = dict(value) if isinstance(value, dict) else {}
    for name, new in change.items():
        if new is None:
            found.pop(name, None)
        else:
            found[name] = _patched(found.get(name), new)
    return found
