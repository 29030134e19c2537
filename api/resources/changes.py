"""`/v1/changes`: what a change of the knowledge would do; and its publication, apart from it."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from flask import Blueprint, Flask, Response, current_app
from werkzeug.exceptions import BadRequest, Conflict, UnprocessableEntity

from api.access import caller
from api.bodies import parameters, read_body, sent_object
from api.filing import (
    answer_json,
    current_entry,
    document_of,
    file_entry,
    listed,
    records,
)
from api.publication import (
    KIND,
    SUBJECT,
    changed_sources,
    is_knowledge_file,
    published,
    write_files,
)
from api.records import entry_of, new_id
from api.state import State, current, knowledge_now
from reasoner import load_knowledge

if TYPE_CHECKING:
    from api.records import Records
    from reasoner import Knowledge, RecordedEntry

routes = Blueprint("changes", __name__, url_prefix="/v1")
publishing = Blueprint("publishing", __name__, url_prefix="/v1")

RESULT: Final = "change-result"
SECONDS: Final = 600
ENDINGS: Final = {"application/json": "json", "application/ld+json": "jsonld", "text/turtle": "ttl"}
SHOWN: Final = 2_000
_turn = threading.Lock()
"""One change is examined at a time: an examination uses a processor for a while."""
_running: set[str] = set()


@routes.post("/changes")
def create() -> Response:
    """Take changed knowledge files, and answer at once with the address of their examination."""
    parameters()
    body = read_body(current().settings.bulk_bytes)
    sent = sent_object(body, ("files",), ("files", "note"))
    files = _files(sent["files"])
    name = new_id()
    record: dict[str, object] = {
        "id": name,
        "base": knowledge_now().digest,
        "files": files,
        "note": str(sent.get("note", ""))[:SHOWN],
    }
    made = file_entry("change", f"changes/{name}", record, body)
    _start(current_app._get_current_object(), made, knowledge_now())  # type: ignore[attr-defined]  # noqa: SLF001
    response = answer_json(_state(made), 202)
    response.headers["Location"] = f"/v1/{made.subject}"
    return response


@routes.get("/changes")
def list_changes() -> Response:
    """List the changes, newest first."""
    return listed("change", "/v1/changes")


@routes.get("/changes/<name>")
def read(name: str) -> Response:
    """Give a change: what its check found, what differs, and which kept cases change."""
    parameters()
    return answer_json(_state(current_entry("change", f"changes/{name}")))


@publishing.post("/knowledge-versions")
def publish() -> Response:
    """Publish a change that was examined: from now on, cases are decided with it."""
    parameters()
    body = read_body(current().settings.document_bytes)
    sent = sent_object(body, ("change",), ("change",))
    entry = current_entry("change", f"changes/{sent['change']}")
    change, result = document_of(entry), records().ledger.latest(RESULT, entry.subject)
    if result is None:
        raise Conflict("The change is still being examined.")
    if document_of(result)["check"]["exit"] != 0:
        raise UnprocessableEntity("The check of the change found errors; it is not published.")
    knowledge = knowledge_now()
    if change["base"] != knowledge.digest:
        raise Conflict("The change was made to other knowledge than is in use; send it again.")
    sources = changed_sources(knowledge, change["files"])
    with tempfile.TemporaryDirectory() as folder:
        write_files(Path(folder), sources)
        fresh = load_knowledge(Path(folder), cache=current().settings.cache)
    last = records().ledger.latest(KIND, SUBJECT)
    record: dict[str, object] = {
        "base": published(current_app).base,
        "change": sent["change"],
        "digest": fresh.digest,
        "files": {name: data.decode() for name, data in sources.items()},
    }
    (made,) = records().add(
        entry_of(KIND, SUBJECT, record, actor=caller().id, version=last.version + 1 if last else 1)
    )
    published(current_app).look(now=True)
    proof = records().ledger.proof(made.index).as_json()
    return answer_json({"change": sent["change"], "digest": fresh.digest, "ledger": proof}, 201)


def _files(value: object) -> dict[str, str | None]:
    if not isinstance(value, dict) or not value:
        raise BadRequest("'files' is an object: each path with the text of the file, or null.")
    for name, text in value.items():
        if not is_knowledge_file(name):
            raise BadRequest(
                f"'{name[:80]}' is not a file of a knowledge base: ontology/… or shapes/…, .ttl,"
                " .rq or .yaml, and not in ontology/generated."
            )
        if not isinstance(text, str | None):
            raise BadRequest(f"'{name[:80]}' is text, or null to remove the file.")
    return value


def _state(entry: RecordedEntry) -> dict[str, Any]:
    change = document_of(entry)
    result = records().ledger.latest(RESULT, entry.subject)
    found = document_of(result) if result else {"check": None, "diff": None, "impact": None}
    status = "done" if result else "running" if change["id"] in _running else "waiting"
    return {
        "id": change["id"],
        "status": status,
        "base": change["base"],
        "files": sorted(change["files"]),
        "note": change["note"],
        "check": found["check"],
        "diff": found["diff"],
        "impact": found["impact"],
    }


def _start(app: Flask, entry: RecordedEntry, knowledge: Knowledge) -> None:
    name = document_of(entry)["id"]
    if name not in _running:
        _running.add(name)
        state = State.of(app)
        arguments = (state.records, entry, knowledge, name)
        threading.Thread(target=_work, args=arguments, name="change", daemon=True).start()


def _work(kept: Records, entry: RecordedEntry, knowledge: Knowledge, name: str) -> None:
    try:
        with _turn, tempfile.TemporaryDirectory(prefix="mednec-change-") as place:
            found = _examined(kept, document_of(entry)["files"], knowledge, Path(place))
        kept.add(
            entry_of(
                RESULT,
                entry.subject,
                {"id": name, **found},
                actor=entry.actor,
                key=f"change/{name}",
                fingerprint=name,
            )
        )
    finally:
        _running.discard(name)


def _examined(
    kept: Records, files: dict[str, str | None], knowledge: Knowledge, place: Path
) -> dict[str, Any]:
    old, new, cases = place / "old", place / "new", place / "cases"
    write_files(old, knowledge.sources)
    write_files(new, changed_sources(knowledge, files))
    cases.mkdir()
    after = -1
    latest: dict[str, RecordedEntry] = {}
    while page := kept.ledger.entries("case", after=after):
        latest |= {one.subject: one for one in page if one.body is not None}
        after = page[-1].index
    for subject, one in latest.items():
        name = f"{subject.partition('/')[2]}.{ENDINGS[one.media_type]}"
        (cases / name).write_bytes(one.body or b"")
    loads = _run("schema", "case", "--knowledge", str(new))
    if loads["exit"] != 0:  # neither the reasoner nor a case can be asked
        return {"check": {**loads, "report": None}, "diff": None, "impact": None}
    found = {
        "check": _run("check", "--format", "json", "--knowledge", str(new)),
        "diff": _run("diff", "--format", "json", str(old), str(new)),
        "impact": None,
    }
    if latest:
        found["impact"] = _run(
            "impact", "--format", "json", str(old), str(new), "--cases", str(cases)
        )
    return found


def _run(*arguments: str) -> dict[str, Any]:
    """Run a command of mednec in a process of its own, and return its exit code and report."""
    command = [sys.executable, "-c", MAIN, *arguments]
    try:
        done = subprocess.run(  # noqa: S603 - our own command, on files of the author
            command, capture_output=True, timeout=SECONDS, check=False, start_new_session=True
        )
    except subprocess.TimeoutExpired:
        return {"exit": 3, "report": None, "error": f"It ran longer than {SECONDS} s."}
    try:
        report = json.loads(done.stdout)
    except ValueError:
        report = None
    error = done.stderr.decode(errors="replace").strip()[-SHOWN:]
    return {"exit": done.returncode, "report": report, "error": error}


MAIN: Final = "import sys; from reasoner.commands.main import main; main()"
