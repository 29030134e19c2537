"""`/v1/comments` on one reason, and `/v1/reviews`: the reviews of a case at a venue."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any, Final

from flask import Blueprint, Response
from werkzeug.exceptions import BadRequest, UnprocessableEntity

from api.bodies import parameters, read_body, sent_object
from api.filing import (
    check_match,
    current_entry,
    document_of,
    file_entry,
    listed,
    log_access,
    proven,
)
from api.records import new_id
from api.state import current

if TYPE_CHECKING:
    from collections.abc import Collection

    from reasoner import RecordedEntry

comments = Blueprint("comments", __name__, url_prefix="/v1")
reviews = Blueprint("reviews", __name__, url_prefix="/v1")

RECORDS: Final = "https://w3id.org/mednec/records/"
"""What the IRIs of records begin with, as in the graphs that SPARQL reads."""
LONGEST: Final = 10_000
COMMENT: Final = ("determination", "reason", "text")
REVIEW: Final = ("case", "venue", "openedOn", "status")
STATES: Final = ("open", "closed", "withdrawn")


@comments.post("/comments")
def create_comment() -> Response:
    """Keep a comment on one reason of a determination."""
    parameters()
    body, sent = _sent(COMMENT, COMMENT)
    entry = current_entry("determination", f"determinations/{sent['determination']}")
    rules = {step["rule"] for one in document_of(entry)["determinations"] for step in one["proof"]}
    if sent["reason"] not in rules:
        raise UnprocessableEntity(f"'{sent['reason'][:40]}' is not a rule that fired in it.")
    return _kept("comment", "comments", {**sent, "on": f"{RECORDS}{entry.subject}"}, body)


@comments.get("/comments")
def list_comments() -> Response:
    """List the comments, newest first."""
    return listed("comment", "/v1/comments", ("determination", "reason"))


@comments.get("/comments/<name>")
def read_comment(name: str) -> Response:
    """Give a comment."""
    return _read("comment", f"comments/{name}")


@reviews.post("/reviews")
def create_review() -> Response:
    """Keep a review of a case at a venue."""
    parameters()
    body, sent = _sent(REVIEW, (*REVIEW, "closedOn"))
    return _kept("review", "reviews", _review(sent), body)


@reviews.get("/reviews")
def list_reviews() -> Response:
    """List the reviews, newest first."""
    return listed("review", "/v1/reviews", ("case", "venue", "status"))


@reviews.get("/reviews/<name>")
def read_review(name: str) -> Response:
    """Give a review."""
    return _read("review", f"reviews/{name}")


@reviews.put("/reviews/<name>")
def replace_review(name: str) -> Response:
    """Keep the next version of a review."""
    parameters()
    entry = current_entry("review", f"reviews/{name}")
    check_match(entry)
    body, sent = _sent(REVIEW, (*REVIEW, "closedOn"))
    return _kept("review", "reviews", _review(sent), body, entry)


def _review(sent: dict[str, Any]) -> dict[str, Any]:
    """Check that the case exists and has the venue, and that the dates are dates."""
    case = current_entry("case", f"cases/{sent['case']}")
    subject = f"determinations/{sent['case']}.{case.version}"
    document = document_of(current_entry("determination", subject))
    venues = sorted({v["notation"] for one in document["determinations"] for v in one["venues"]})
    if sent["venue"] not in venues:
        raise UnprocessableEntity(
            f"venue is '{sent['venue'][:40]}'; expected {' or '.join(venues)}."
        )
    if sent["status"] not in STATES:
        raise BadRequest(f"status is '{sent['status'][:40]}'; expected {', '.join(STATES)}.")
    for name in ("openedOn", "closedOn"):
        if name in sent:
            try:
                date.fromisoformat(sent[name])
            except ValueError as error:
                raise BadRequest(f"{name} is '{sent[name][:40]}'; write YYYY-MM-DD.") from error
    return sent


def _sent(required: Collection[str], known: Collection[str]) -> tuple[bytes, dict[str, Any]]:
    body = read_body(current().settings.document_bytes)
    sent = sent_object(body, required, known)
    for name, value in sent.items():
        if not isinstance(value, str) or not value.strip() or len(value) > LONGEST:
            raise BadRequest(f"'{name}' is text of 1 to {LONGEST} characters.")
    return body, sent


def _kept(
    kind: str,
    folder: str,
    sent: dict[str, Any],
    body: bytes,
    before: RecordedEntry | None = None,
) -> Response:
    name = before.subject.partition("/")[2] if before else new_id()
    version = before.version + 1 if before else 1
    document = {"id": name, "version": version, **sent}
    made = file_entry(kind, f"{folder}/{name}", document, body, version=version)
    log_access("write", made)
    response = proven(made, 200 if before else 201)
    response.headers["Location"] = f"/v1/{made.subject}"
    return response


def _read(kind: str, subject: str) -> Response:
    parameters()
    entry = current_entry(kind, subject)
    log_access("read", entry)
    return proven(entry)
