"""`/v1/bulk`: many cases at once; they are kept one by one, and each failure names its line."""

from __future__ import annotations

import io
import json
import threading
from typing import TYPE_CHECKING, Any, Final

from flask import Blueprint, Flask, Response, current_app, g, request
from werkzeug.exceptions import BadRequest, HTTPException, UnsupportedMediaType
from werkzeug.formparser import FormDataParser

from api.bodies import CASE_FORMS, parameters, read_body
from api.filing import (
    answer_json,
    current_entry,
    document_of,
    file_entry,
    listed,
    records,
)
from api.observation import log_fault
from api.problems import problem_of
from api.records import entry_of, new_id
from api.roles import Caller
from api.state import State, current
from reasoner import errors

from .records import filed

if TYPE_CHECKING:
    from werkzeug.datastructures import FileStorage

    from reasoner import RecordedEntry

routes = Blueprint("bulk", __name__, url_prefix="/v1")

LINES: Final = "application/x-ndjson"
PARTS: Final = "multipart/form-data"
MOST: Final = 100_000
ENDINGS: Final = {"json": "application/json", "jsonld": "application/ld+json", "ttl": "text/turtle"}
RESULT: Final = "bulk-result"
BULK: Final = "bulk/"
"""What the idempotency keys of cases of an intake begin with; its id follows."""
_running: dict[str, dict[str, Any]] = {}


@routes.post("/bulk")
def create() -> Response:
    """Take many cases, and answer at once with the address of their state."""
    parameters()
    body = read_body(current().settings.bulk_bytes)
    if request.mimetype == LINES:
        cases = _of_lines(body)
    elif request.mimetype == PARTS:
        cases = _of_parts(body)
    else:
        raise UnsupportedMediaType(f"Send {LINES}, one case on each line, or {PARTS}.")
    if not 0 < len(cases) <= MOST:
        raise BadRequest(f"There are {len(cases)} cases; expected 1 to {MOST:,}.")
    name = new_id()
    made = file_entry("bulk", f"bulk/{name}", {"id": name, "cases": cases}, body)
    _start(current_app._get_current_object(), made)  # type: ignore[attr-defined]  # noqa: SLF001
    name = made.subject.partition("/")[2]
    response = answer_json(_state(name, len(cases)), 202)
    response.headers["Location"] = f"/v1/bulk/{name}"
    return response


@routes.get("/bulk")
def list_bulk() -> Response:
    """List the intakes, newest first."""
    return listed("bulk", "/v1/bulk")


@routes.get("/bulk/<name>")
def read(name: str) -> Response:
    """Give the state of an intake: how many cases are kept, and which failed and why."""
    parameters()
    entry = current_entry("bulk", f"bulk/{name}")
    return answer_json(_state(name, len(document_of(entry)["cases"])))


def resume(app: Flask) -> None:
    """Go on with the intakes that were not finished when the service ended."""
    kept = State.of(app).records
    if kept is None:
        return
    after = -1
    while found := kept.ledger.entries("bulk", after=after):
        for entry in found:
            if entry.body is not None and kept.ledger.latest(RESULT, entry.subject) is None:
                _start(app, entry)
        after = found[-1].index


def _of_lines(body: bytes) -> list[dict[str, str]]:
    try:
        lines = body.decode("utf-8-sig").split("\n")
    except UnicodeDecodeError as error:
        raise BadRequest(f"The body is not UTF-8 at byte {error.start}.") from error
    return [
        {"at": f"line {number}", "mediaType": "application/json", "text": line}
        for number, line in enumerate(lines, start=1)
        if line.strip()
    ]


def _of_parts(body: bytes) -> list[dict[str, str]]:
    parser = FormDataParser(max_form_parts=MOST, silent=False)
    try:
        _, __, files = parser.parse(io.BytesIO(body), PARTS, len(body), request.mimetype_params)
    except (ValueError, HTTPException) as error:
        raise BadRequest("The body is not a form with files.") from error
    uploads = [file for _, file in files.items(multi=True)]
    try:
        return [_of_file(number, file) for number, file in enumerate(uploads, start=1)]
    finally:
        for file in uploads:
            file.close()


def _of_file(number: int, file: FileStorage) -> dict[str, str]:
    ending = (file.filename or "").rpartition(".")[2].lower()
    form = file.mimetype if file.mimetype in CASE_FORMS else ENDINGS.get(ending, "")
    if not form:
        raise BadRequest(f"File {number} is neither {', '.join(CASE_FORMS)} nor named for one.")
    try:
        text = file.read().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise BadRequest(f"File {number} is not UTF-8.") from error
    return {"at": f"file {number}", "mediaType": form, "text": text}


def _start(app: Flask, entry: RecordedEntry) -> None:
    name = entry.subject.partition("/")[2]
    if name in _running:
        return
    _running[name] = {"stored": 0, "failed": []}
    threading.Thread(target=_work, args=(app, entry, name), name="bulk", daemon=True).start()


def _work(app: Flask, entry: RecordedEntry, name: str) -> None:
    state = _running[name]
    try:
        for number, one in enumerate(document_of(entry)["cases"]):
            if State.of(app).ending:
                return  # the next start goes on
            with app.test_request_context("/v1/bulk", method="POST"):
                g.caller = Caller(id=entry.actor, permissions=frozenset())
                failure = _file(one, f"{BULK}{name}/{number}")
            if failure is None:
                state["stored"] += 1
            else:
                state["failed"].append({"at": one["at"], "problem": failure})
        with app.test_request_context("/v1/bulk", method="POST"):
            records().add(
                entry_of(
                    RESULT,
                    entry.subject,
                    {"id": name, **state},
                    actor=entry.actor,
                    key=f"bulk/{name}",
                    fingerprint=name,
                )
            )
    except errors.MednecError as error:
        log_fault(error, name)  # the ledger does not answer: the next start goes on
    finally:
        _running.pop(name, None)


def _file(one: dict[str, str], key: str) -> dict[str, Any] | None:
    """Keep one case; return the problem document if it is refused."""
    try:
        filed(one["text"].encode(), one["mediaType"], new_id(), 1, {}, key)
    except (errors.CaseError, errors.DocumentUnreadable) as error:
        return _problem(problem_of(error))
    except HTTPException as error:
        if isinstance(error.response, Response):
            return _problem(error.response)
        return {"title": error.name, "status": error.code, "detail": error.description}
    return None


def _problem(response: Response) -> dict[str, Any]:
    found = json.loads(response.get_data())
    return {key: value for key, value in found.items() if key not in {"instance", "report"}}


def _state(name: str, count: int) -> dict[str, Any]:
    done = records().ledger.latest(RESULT, f"bulk/{name}")
    if done is not None:
        found = document_of(done)
        status = "done"
    else:
        found, status = _running.get(name, {"stored": 0, "failed": []}), "running"
    return {
        "id": name,
        "status": status,
        "cases": count,
        "stored": found["stored"],
        "failed": list(found["failed"]),
        "href": f"/v1/cases?bulk={name}",
    }
