"""`/v1/cases` and `/v1/determinations`: cases that are kept, and what was decided about them."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, Final

from flask import Blueprint, Response, abort, request
from werkzeug.exceptions import (
    BadRequest,
    NotAcceptable,
    PreconditionFailed,
    UnsupportedMediaType,
)

from api.access import caller
from api.bodies import CASE_FORMS, asked_day, parameters, read_body, strict_json, wanted_form
from api.containment import answered
from api.filing import (
    answer_json,
    check_match,
    current_entry,
    document_of,
    fingerprint,
    idempotency_key,
    listed,
    log_access,
    proven,
    records,
    tagged,
    version_of,
)
from api.frames import Job
from api.records import entry_of, new_id
from api.state import current, knowledge_now
from api.web.documentation import page_of
from reasoner import (
    assessment_data,
    assessment_html,
    assessment_rdf,
    canonical_json,
    case_turtle,
    decide,
    load_case,
    parse_document,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from reasoner import RecordedEntry

routes = Blueprint("records", __name__, url_prefix="/v1")

CASE_ID: Final = re.compile(r"[A-Za-z0-9-]{1,40}")
CASE_FILTERS: Final = ("bulk",)
FILTERS: Final = ("case", "outcome", "guideline", "rule", "region", "treatment", "lawOf", "decided")
CASES: Final = ("application/json", "text/turtle", "application/n-triples")
DETERMINATIONS: Final = ("application/json", "application/ld+json", "text/turtle", "text/html")


@routes.post("/cases")
def create_case() -> Response:
    """Keep the case in the body, and decide it."""
    asked = parameters("asOf")
    return _filed(new_id(), 1, asked)


@routes.get("/cases")
def list_cases() -> Response:
    """List the cases, newest first."""
    return listed("case", "/v1/cases", CASE_FILTERS)


@routes.get("/cases/<name>")
def read_case(name: str) -> Response:
    """Give a case, or an earlier version of it."""
    entry = version_of("case", f"cases/{name}", _version(parameters("version")))
    wanted = wanted_form(CASES)
    log_access("read", entry)
    if wanted == "application/json":
        return tagged(answer_json(_shown(entry)), entry, "json")
    body, form = sent_form(entry)
    case = load_case(body, knowledge_now(), form=CASE_FORMS[form])
    if wanted == "text/turtle":
        text = case_turtle(case)
    else:
        text = "".join(f"{triple} .\n" for triple in case.triples)
    return tagged(Response(text, content_type=f"{wanted}; charset=utf-8"), entry, wanted[-7:])


@routes.put("/cases/<name>")
def replace_case(name: str) -> Response:
    """
    Keep the case in the body as the next version, and decide it; nothing is overwritten.

    Under an id that is new, it is the first version.
    """
    asked = parameters("asOf")
    asked_day(asked.get("asOf"))
    if CASE_ID.fullmatch(name) is None:
        raise BadRequest("The id of a case is 1 to 40 letters, digits and hyphens.")
    entry = records().ledger.latest("case", f"cases/{name}")
    if entry is None:
        if "If-Match" in request.headers:
            raise PreconditionFailed("The case to change does not exist.")
        return _filed(name, 1, asked)
    if request.if_none_match:
        raise PreconditionFailed("There is such a case already.")
    check_match(entry)
    return _filed(name, entry.version + 1, asked)


@routes.post("/cases/<name>/determinations")
def decide_again(name: str) -> Response:
    """Decide a kept case again, with the knowledge that is in use now."""
    asked = parameters("asOf")
    entry = current_entry("case", f"cases/{name}")
    read_body(0)
    body, form = sent_form(entry)
    document = decided(body, form, asked)
    subject = f"determinations/{name}.{entry.version}"
    last = records().ledger.latest("determination", subject)
    if last is not None and last.body and document_of(last)["digest"] == document["digest"]:
        return proven(last)
    (made,) = records().add(
        entry_of(
            "determination",
            subject,
            document,
            actor=caller().id,
            version=last.version + 1 if last else 1,
        )
    )
    return proven(made, 201)


@routes.get("/determinations")
def list_determinations() -> Response:
    """List what was decided, newest first."""
    return listed("determination", "/v1/determinations", FILTERS)


@routes.get("/determinations/<name>")
def read_determination(name: str) -> Response:
    """Give a determination, or an earlier one of the same version of the case."""
    asked = parameters("version")
    entry = version_of("determination", f"determinations/{name}", _version(asked))
    wanted = wanted_form(DETERMINATIONS)
    log_access("read", entry)
    document = document_of(entry)
    if wanted == "application/json":
        return proven(entry)
    if wanted == "text/html":
        found = parse_document(document, "the determination").recommendation
        page = assessment_html(found, page_of)
        return tagged(Response(page, content_type="text/html; charset=utf-8"), entry, "html")
    return tagged(_as_graph(document, wanted), entry, wanted[-6:])


def _as_graph(document: Mapping[str, Any], wanted: str) -> Response:
    """Decide the case again under the same knowledge, and write the same answer as RDF."""
    made = document["provenance"]
    if made["knowledgeDigest"] != knowledge_now().digest:
        raise NotAcceptable(
            "It was made with other knowledge than is in use; JSON and HTML are offered."
        )
    query = f"asOf={made['asOf']}" if made.get("asOf") else ""
    again = _answer(made["canonicalCase"].encode(), "text/turtle", query, wanted)
    return Response(again.get_data(), content_type=f"{wanted}; charset=utf-8")


def _filed(name: str, version: int, asked: Mapping[str, str]) -> Response:
    """Decide the case in the body, and keep both under the id."""
    if request.mimetype not in CASE_FORMS:
        raise UnsupportedMediaType(f"Send one of {', '.join(CASE_FORMS)}.")
    body = read_body(current().settings.case_bytes)
    made = filed(body, request.mimetype, name, version, asked, idempotency_key())
    log_access("write", made[0])
    receipt = receipt_of(*made)
    response = answer_json(receipt, 201 if version == 1 else 200)
    response.headers["Location"] = str(receipt["case"])
    return tagged(response, made[0], "json")


def filed(
    body: bytes,
    form: str,
    name: str,
    version: int,
    asked: Mapping[str, str],
    key: str | None,
) -> tuple[RecordedEntry, RecordedEntry]:
    """
    Decide a case, and keep the case and its determination together.

    A case in JSON is kept as canonical JSON, another one byte for byte.

    Args:
        body: The case.
        form: Its media type.
        name: The id under which it is kept.
        version: Its version.
        asked: The parameter `asOf`, if it is given.
        key: The key with which the request may be repeated; None for none.

    Returns:
        The entries of the case and of the determination; those of the first time if the key was
        used before with the same request.
    """
    document = decided(body, form, asked)
    kept = body if form == "text/turtle" else canonical_json(strict_json(body))
    who, mark = caller().id, fingerprint(body) if key else ""
    case, determination = records().add(
        entry_of(
            "case",
            f"cases/{name}",
            kept,
            actor=who,
            version=version,
            media_type=form,
            key=key,
            fingerprint=mark,
        ),
        entry_of(
            "determination",
            f"determinations/{name}.{version}",
            document,
            actor=who,
            key=key,
            fingerprint=mark,
        ),
    )
    return case, determination


def receipt_of(case: RecordedEntry, determination: RecordedEntry) -> dict[str, object]:
    """Return what the sender of a case is given: where it is, what came out, and the proofs."""
    name = determination.subject.partition("/")[2]
    ledger = records().ledger
    return {
        "id": case.subject.partition("/")[2],
        "version": case.version,
        "case": f"/v1/{case.subject}",
        "determination": f"/v1/determinations/{name}",
        "outcomes": [one["outcome"] for one in document_of(determination)["determinations"]],
        "ledger": {
            "case": ledger.proof(case.index).as_json(),
            "determination": ledger.proof(determination.index).as_json(),
        },
    }


def decided(body: bytes, form: str, asked: Mapping[str, str]) -> dict[str, object]:
    """
    Decide a case, in a process of its own if the service has such.

    Raises:
        HTTPException: The case is refused; the answer is the problem document.
        CaseError: As before, where the service decides itself.
    """
    as_of = asked_day(asked.get("asOf"))
    if current().pool() is None:
        knowledge = knowledge_now()
        case = load_case(body, knowledge, form=CASE_FORMS[form])
        return assessment_data(decide(case, knowledge, as_of=as_of), knowledge)
    answer = _answer(body, form, f"asOf={as_of}" if as_of else "", "application/json")
    found: dict[str, object] = json.loads(answer.get_data())
    return found


def _answer(body: bytes, form: str, query: str, wanted: str) -> Response:
    if current().pool() is None:
        knowledge = knowledge_now()
        case = load_case(body, knowledge, form=CASE_FORMS[form])
        as_of = asked_day(query.partition("=")[2] or None)
        text = assessment_rdf(decide(case, knowledge, as_of=as_of), knowledge, CASE_FORMS[wanted])
        return Response(text, content_type=wanted)
    headers = (("Content-Type", form), ("Accept", wanted))
    job = Job(
        method="POST", path="/v1/determinations", query=query.encode(), headers=headers, body=body
    )
    answer = answered(job)
    if answer.status_code != 200:  # noqa: PLR2004 - a problem document
        abort(answer)
    return answer


def sent_form(entry: RecordedEntry) -> tuple[bytes, str]:
    """Return a kept case as it can be decided again, and its media type."""
    return entry.body or b"", entry.media_type


def _shown(entry: RecordedEntry) -> dict[str, object]:
    """Return a case with its proof: of the text of Turtle, or of the canonical form of JSON."""
    body, form = sent_form(entry)
    return {
        "id": entry.subject.partition("/")[2],
        "version": entry.version,
        "mediaType": form,
        "case": body.decode("utf-8-sig") if form == "text/turtle" else json.loads(body),
        "ledger": records().ledger.proof(entry.index).as_json(),
    }


def _version(asked: Mapping[str, str]) -> int | None:
    text = asked.get("version")
    if text is None:
        return None
    if not (text.isascii() and text.isdecimal() and int(text[:9]) > 0):
        raise BadRequest(f"version is '{text[:40]}', which is not a whole number from 1 on.")
    return int(text[:9])
