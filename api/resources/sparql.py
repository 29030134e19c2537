"""`GET|POST /sparql`: read-only queries over the knowledge base."""

from __future__ import annotations

from typing import Final

from flask import Blueprint, Response, request
from werkzeug.exceptions import NotAcceptable, UnsupportedMediaType

from api.bodies import given_once
from api.state import current, knowledge_now
from reasoner import ask, errors

routes = Blueprint("sparql", __name__)

ACCEPTED: Final = {
    "application/sparql-results+json": "json",
    "application/json": "json",
    "application/sparql-results+xml": "xml",
    "text/csv": "csv",
    "text/tab-separated-values": "tsv",
    "text/turtle": "turtle",
    "application/ld+json": "jsonld",
}


@routes.route("/sparql", methods=["GET", "POST"])
def sparql() -> Response:
    """Answer the query in the address, the form or the body."""
    wanted = (
        request.accept_mimetypes.best_match(ACCEPTED)
        if request.accept_mimetypes
        else "application/sparql-results+json"
    )
    if wanted is None:
        raise NotAcceptable(f"Offered are {', '.join(ACCEPTED)}.")
    answer = ask(_query(), knowledge_now(), accept=ACCEPTED[wanted])
    return Response(answer.body, content_type=answer.media_type)


def _query() -> str:
    if any(name in request.values for name in ("default-graph-uri", "named-graph-uri", "update")):
        raise errors.QueryForbidden(
            "Updates and other graphs are not offered: queries read the knowledge base alone."
        )
    if request.method == "GET" or request.mimetype == "application/x-www-form-urlencoded":
        if "query" not in request.values:
            raise errors.QueryUnreadable("The parameter 'query' is missing.", hint="Send a query.")
        given_once(request.values.to_dict(flat=False))
        return request.values["query"]
    if request.mimetype != "application/sparql-query":
        raise UnsupportedMediaType("Send application/sparql-query, or a form with 'query'.")
    limit = current().settings.query_bytes
    data = request.stream.read(limit + 1)
    if len(data) > limit:
        raise errors.QueryTooCostly(
            f"The query is longer than {limit:,} bytes.", hint="Send a shorter query."
        )
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise errors.QueryUnreadable("The query is not UTF-8.") from error
