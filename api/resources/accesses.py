"""`/v1/accesses`: who read or wrote which case, and when."""

from __future__ import annotations

from flask import Blueprint, Response
from werkzeug.exceptions import BadRequest

from api.bodies import parameters
from api.filing import answer_json, document_of, records

routes = Blueprint("accesses", __name__, url_prefix="/v1")

PAGE = 200


@routes.get("/accesses")
def list_accesses() -> Response:
    """List the accesses to cases, or to one case, oldest first."""
    asked = parameters("case", "cursor")
    cursor = asked.get("cursor", "-1")
    if cursor != "-1" and not (cursor.isascii() and cursor.isdecimal() and len(cursor) < 16):  # noqa: PLR2004 - a count
        raise BadRequest(f"cursor is '{cursor[:40]}', which is not a whole number.")
    subject = f"access/{asked['case']}" if "case" in asked else None
    if subject is not None and len(subject) > 100:  # noqa: PLR2004 - longer than any id
        raise BadRequest("case is not the id of a case.")
    found = records().ledger.entries("access", subject, after=int(cursor), limit=PAGE)
    items = [
        {
            "index": one.index,
            "caller": one.actor,
            "at": one.recorded_at,
            **{key: value for key, value in document_of(one).items() if key != "entry"},
            "entry": document_of(one).get("entry"),
        }
        for one in found
    ]
    last = str(found[-1].index) if len(found) == PAGE else None
    body = {
        "items": items,
        "next": f"/v1/accesses?cursor={last}" if last else None,
        "checkpoint": records().ledger.checkpoint().note,
    }
    return answer_json(body)
