"""What the resources share: the records, idempotency, paging, versions, and the access log."""

from __future__ import annotations

import hashlib
import json
import re
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlencode

from flask import Response, g, request
from werkzeug.exceptions import (
    BadRequest,
    Gone,
    NotFound,
    PreconditionFailed,
    PreconditionRequired,
    ServiceUnavailable,
)

from .access import caller
from .bodies import parameters
from .records import entry_of
from .state import current

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from reasoner import RecordedEntry

    from .records import Records

KEY: Final = re.compile(r"[!-~]{1,200}")
ID: Final = re.compile(r"[A-Za-z0-9.-]{1,64}")
DAY: Final = re.compile(r"\d{4}-\d{2}-\d{2}")
PAGE: Final = 50
MOST: Final = 500
PAGING: Final = ("limit", "cursor", "from", "until")


def records() -> Records:
    """
    Return the records of the service.

    Raises:
        ServiceUnavailable: It keeps none.
    """
    found = current().records
    if found is None:
        raise ServiceUnavailable("This service keeps no records: its setting 'database' is empty.")
    return found


def idempotency_key() -> str | None:
    """
    Return the key with which the request may be repeated; None if there is none.

    Raises:
        BadRequest: It has odd characters, or is too long.
    """
    given = request.headers.get("Idempotency-Key")
    if given is not None and not KEY.fullmatch(given):
        raise BadRequest("Idempotency-Key is 1 to 200 printable ASCII characters without spaces.")
    return given


def fingerprint(body: bytes) -> str:
    """Return the hash of a request, so that a repeated key is known to come with the same one."""
    parts = (request.method, request.path, request.query_string.decode("latin-1"), request.mimetype)
    return hashlib.sha256("\n".join(parts).encode() + b"\n" + body).hexdigest()


def file_entry(
    kind: str, subject: str, document: dict[str, object], sent: bytes, *, version: int = 1
) -> RecordedEntry:
    """
    Append what a request asks to keep, in the caller's name and under its idempotency key.

    Args:
        kind: The kind of the entry.
        subject: The resource that it is about, such as `comments/1`.
        document: The JSON object to keep.
        sent: The body of the request, which a repetition has to send again.
        version: The version of the resource.

    Returns:
        The entry; that of the first time if the request is a repetition.

    Raises:
        BadRequest: The idempotency key has odd characters, or is too long.
    """
    key = idempotency_key()
    (made,) = records().add(
        entry_of(
            kind,
            subject,
            document,
            actor=caller().id,
            version=version,
            key=key,
            fingerprint=fingerprint(sent) if key else "",
        )
    )
    return made


def current_entry(kind: str, subject: str) -> RecordedEntry:
    """
    Return the latest entry of a resource.

    Raises:
        NotFound: It does not exist.
        Gone: Its body was erased.
    """
    found = records().ledger.latest(kind, subject) if ID.fullmatch(_name(subject)) else None
    return _held(found, subject)


def version_of(kind: str, subject: str, version: int | None) -> RecordedEntry:
    """Return one version of a resource; the latest for None. Raises as `current_entry`."""
    if version is None:
        return current_entry(kind, subject)
    entries = records().ledger.entries(kind, subject, limit=MOST)
    return _held(next((one for one in entries if one.version == version), None), subject)


def _held(found: RecordedEntry | None, subject: str) -> RecordedEntry:
    if found is None:
        raise NotFound(f"There is nothing with the id '{_name(subject)[:64]}' here.")
    if found.body is None:
        raise Gone(f"The body of '{_name(subject)}' was erased; entry {found.index} remains.")
    return found


def _name(subject: str) -> str:
    return subject.partition("/")[2] or subject


def document_of(entry: RecordedEntry) -> dict[str, Any]:
    """Return the JSON object that an entry holds."""
    found = json.loads(entry.body or b"{}")
    if not isinstance(found, dict):
        raise TypeError(f"entry {entry.index} does not hold an object")
    return found


def log_access(action: str, entry: RecordedEntry) -> None:
    """
    Record who read or wrote what, before it leaves.

    Args:
        action: `read` or `write`.
        entry: The entry.
    """
    body: dict[str, object] = {
        "action": action,
        "entry": entry.index,
        "case": _name(entry.subject).partition(".")[0],
        "request": str(g.get("request_id", "")),
    }
    subject = f"access/{body['case']}"
    records().add(entry_of("access", subject, body, actor=caller().id, version=0))


def tag_of(entry: RecordedEntry, form: str = "json") -> str:
    """Return the entity tag of one representation of a version."""
    return f"{entry.version}.{form}"


def proven(entry: RecordedEntry, status: int = 200) -> Response:
    """Answer with the JSON document of an entry and the proof that the ledger contains it."""
    body = records().proven(entry.index, document_of(entry))
    return tagged(answer_json(body, status), entry, "json")


def answer_json(body: object, status: int = 200) -> Response:
    """Answer with JSON."""
    return Response(json.dumps(body, ensure_ascii=False), status, content_type="application/json")


def tagged(response: Response, entry: RecordedEntry, form: str) -> Response:
    """Give an answer its entity tag, and answer 304 if the client has it."""
    response.set_etag(tag_of(entry, form))
    response.headers["Cache-Control"] = "private, no-cache"
    response.vary.add("Accept")
    response.vary.add("Authorization")
    if request.method in {"GET", "HEAD"}:
        response.make_conditional(request)
    return response


def check_match(entry: RecordedEntry) -> None:
    """
    Refuse a change of a version that is not the current one.

    Raises:
        PreconditionRequired: The request does not state which version it changes.
        PreconditionFailed: It states another version.
    """
    if "If-Match" not in request.headers:
        raise PreconditionRequired("Send If-Match with the ETag of the version that you change.")
    if request.if_match.star_tag:
        return
    if str(entry.version) not in {tag.partition(".")[0] for tag in request.if_match.as_set()}:
        raise PreconditionFailed(f"The current version is {entry.version}. Read it first.")


def listed(kind: str, path: str, known: Collection[str] = ()) -> Response:
    """
    Answer with a page of the records of a kind, newest first.

    Args:
        kind: The kind of the entries.
        path: The address of the list, such as `/v1/cases`.
        known: The filters that the address may name; `decided` is true or false.

    Raises:
        BadRequest: A parameter is unknown, or its value is not of its kind.
    """
    asked = parameters(*PAGING, *known)
    limit = _number(asked, "limit", PAGE, MOST)
    cursor = _number(asked, "cursor", None, None)
    days = {name: asked.pop(name, None) for name in ("from", "until")}
    for name, day in days.items():
        if day is not None and not DAY.fullmatch(day):
            raise BadRequest(f"{name} is '{day[:40]}', which is not a date; write YYYY-MM-DD.")
    decided = asked.pop("decided", None)
    if decided not in {None, "true", "false"}:
        raise BadRequest(f"decided is '{decided}'; expected true or false.")
    filters = {name: value for name, value in asked.items() if name in known}
    size = limit or PAGE
    found = records().listing.find(
        kind,
        filters,
        before=cursor,
        limit=size + 1,
        since=days["from"] or "",
        until=days["until"] or "",
        decided=None if decided is None else decided == "true",
    )
    shown = found[:size]
    body: dict[str, object] = {
        "items": [
            {
                "id": _name(one.subject),
                "href": f"{path}/{_name(one.subject)}",
                "version": one.version,
                "recordedAt": one.recorded_at,
                "recordedBy": one.actor,
                "index": one.index,
                "words": {name: list(values) for name, values in one.words.items()},
            }
            for one in shown
        ],
        "checkpoint": records().ledger.checkpoint().note,
        "next": None,
    }
    response_link = ""
    if len(found) > size:
        again = {**request.args.to_dict(), "cursor": str(shown[-1].index)}
        body["next"] = response_link = f"{path}?{urlencode(again)}"
    response = answer_json(body)
    if response_link:
        response.headers["Link"] = f'<{response_link}>; rel="next"'
    return response


def _number(
    asked: Mapping[str, str], name: str, default: int | None, most: int | None
) -> int | None:
    text = asked.get(name)
    if text is None:
        return default
    if not (text.isascii() and text.isdecimal() and len(text) <= 15):  # noqa: PLR2004 - a count
        raise BadRequest(f"{name} is '{text[:40]}', which is not a whole number.")
    value = int(text)
    if most is not None and not 1 <= value <= most:
        raise BadRequest(f"{name} is {value}; expected 1 to {most}.")
    return value
