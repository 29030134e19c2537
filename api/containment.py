"""Which requests are answered by a process that can be ended, and how they get there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from flask import Response, request

from reasoner import errors

from .bodies import read_body
from .frames import Job
from .state import current

if TYPE_CHECKING:
    from flask import Flask

CONTAINED: Final = frozenset(
    {
        "cases.answer",
        "determinations.create",
        "explanations.create",
        "explanations.prove",
        "letters.create",
    }
)
FORWARDED: Final = ("Accept", "Content-Type")


def register(app: Flask) -> None:
    """Answer the contained requests of an application by its pool, if it has one."""
    app.before_request(_contained)


def _contained() -> Response | None:
    pool = current().pool() if request.endpoint in CONTAINED else None
    if pool is None or request.method != "POST":
        return None
    job = Job(
        method=request.method,
        path=request.path,
        query=request.query_string,
        headers=tuple(
            (name, request.headers[name]) for name in FORWARDED if name in request.headers
        ),
        body=read_body(current().settings.document_bytes),
    )
    return answered(job)


def answered(job: Job) -> Response:
    """
    Have the pool answer a request.

    Raises:
        CaseTooCostly: The request took too long, or too much memory.
        ServiceUnavailable: Too many requests wait already.
    """
    state = current()
    pool = state.pool()
    if pool is None:
        raise RuntimeError("the settings ask for no processes that decide")
    try:
        reply = pool.answer(job)
    except errors.CaseTooCostly:
        state.metrics.stopped.inc()
        raise
    return Response(reply.body, reply.status, headers=reply.headers)
