"""The only place where an error becomes an HTTP status and a problem document (RFC 9457)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from flask import Response, g, json
from werkzeug.exceptions import HTTPException

from reasoner import CaseReport, errors, fault_data, report_data

from .observation import log_fault

if TYPE_CHECKING:
    from flask import Flask

STATUS: Final[dict[type[errors.MednecError], int]] = {
    errors.CaseTooLarge: 413,
    errors.CaseRejected: 422,
    errors.CaseTooCostly: 422,
    errors.CaseError: 400,
    errors.QueryForbidden: 403,
    errors.QueryTooCostly: 422,
    errors.QueryUnacceptable: 406,
    errors.GraphUnknown: 404,
    errors.NamedQueryUnknown: 404,
    errors.TermUnknown: 404,
    errors.QueryError: 400,
    errors.DocumentUnreadable: 400,
    errors.LetterUnsupported: 400,
    errors.RecommendationAltered: 409,
    errors.DecisionError: 422,
    errors.EntryUnknown: 404,
    errors.KeyReused: 422,
    errors.VersionConflict: 412,
    errors.RecordRejected: 422,
    errors.RecordError: 400,
    errors.LedgerError: 503,
    errors.KnowledgeError: 503,
    errors.WorkerError: 503,
    errors.EngineError: 500,
    errors.MednecError: 500,
}
CARRIED: Final = frozenset({"Allow", "Retry-After", "Www-Authenticate"})
"""The headers of an error that its problem document carries too."""
BASE: Final = "https://w3id.org/mednec/problem/"


def register(app: Flask) -> None:
    """Answer each error of an application with a problem document."""
    app.register_error_handler(errors.MednecError, problem_of)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(Exception, _unknown)


def status_of(kind: type[errors.MednecError]) -> int:
    """Return the status of a kind of error: that of its nearest ancestor in the table."""
    return next(STATUS[ancestor] for ancestor in kind.__mro__ if ancestor in STATUS)


def problem_of(error: errors.MednecError) -> Response:
    """Return the problem document of an error."""
    extra: dict[str, object] = {"hint": error.hint} if error.hint else {}
    if isinstance(error, errors.CaseRejected) and isinstance(error.report, CaseReport):
        extra["report"] = report_data(error.report)
    if isinstance(error, errors.CaseError) and error.faults:
        extra["faults"] = [fault_data(fault) for fault in error.faults]
    if isinstance(error, errors.TermUnknown):
        extra["nearest"] = list(error.nearest)
    title = error.code.replace("-", " ")
    return _problem(error.code, title, status_of(type(error)), error.message, extra)


def _http(error: HTTPException) -> Response:
    if isinstance(error.response, Response):
        return error.response  # it is the problem document of a process that decides
    code = (error.name or "error").lower().replace(" ", "-")
    answer = _problem(code, error.name, error.code or 500, error.description or "", {})
    for name, value in error.get_headers():
        if name.title() in CARRIED:
            answer.headers[name] = value
    return answer


def _unknown(error: Exception) -> Response:
    log_fault(error, g.get("request_id", ""))
    detail = f"An unforeseen {type(error).__name__}; nothing was decided and nothing was changed."
    return _problem("unforeseen", "unforeseen", 500, detail, {})


def _problem(code: str, title: str, status: int, detail: str, extra: dict[str, object]) -> Response:
    body = {"type": BASE + code, "title": title, "status": status, "detail": detail, **extra}
    if g.get("request_id"):
        body["instance"] = f"urn:mednec:request:{g.request_id}"
    return Response(
        json.dumps(body, ensure_ascii=False), status, content_type="application/problem+json"
    )
