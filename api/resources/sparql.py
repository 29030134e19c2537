"""
SPARQL 1.1 over HTTP: the query side of the protocol, and the graphs to read.

`/sparql` answers queries, and without a query describes itself. `/graph-store` is the read-only
side of the Graph Store Protocol.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from flask import Blueprint, Response, request, url_for
from werkzeug.exceptions import BadRequest, MethodNotAllowed, NotAcceptable

from api.asking import query_pool
from api.negotiation import GRAPHS, TABLES, wanted_of
from api.sparql_request import protocol_request
from reasoner import SparqlQuestion, errors, put_graph, put_query, service_description

if TYPE_CHECKING:
    from api.negotiation import Wanted
    from reasoner import QueryAnswer

routes = Blueprint("sparql", __name__)

READ_ONLY: Final = "Graphs are read here, with GET or HEAD; they change when cases are stored."


@routes.route("/sparql", methods=["GET", "POST"], strict_slashes=False)
def sparql() -> Response:
    """Answer the query in the address, the form or the body; describe the service without one."""
    asked = protocol_request()
    if asked is None:
        return _description()
    tables, graphs = wanted_of(TABLES), wanted_of(GRAPHS)
    if tables is None and graphs is None:
        raise NotAcceptable(f"Offered are {', '.join((*TABLES, *GRAPHS))}.")
    answer = put_query(
        SparqlQuestion(
            text=asked.query,
            default=asked.default,
            named=asked.named,
            base=request.base_url,
            table=_form(tables),
            truth=_form(tables),
            triples=_form(graphs),
        ),
        query_pool(),
    )
    wanted = graphs if answer.kind == "triples" else tables
    return _response(answer, wanted.name if wanted else answer.media_type)


@routes.get("/graph-store")
def graph_store() -> Response:
    """Return one graph as a whole: `?default`, or `?graph=` with its IRI."""
    given = request.args.to_dict(flat=False)
    if set(given) not in ({"default"}, {"graph"}) or any(len(v) > 1 for v in given.values()):
        raise BadRequest("Name one graph: '?default', or '?graph=' with the IRI of a named graph.")
    wanted = wanted_of(GRAPHS)
    if wanted is None:
        raise NotAcceptable(f"Offered are {', '.join(GRAPHS)}.")
    graph = given["graph"][0] if "graph" in given else None
    if graph == "":
        raise BadRequest("The name of the graph is empty.")
    return _response(put_graph(graph, wanted.form, query_pool()), wanted.name)


@routes.route("/graph-store", methods=["PUT", "POST", "DELETE", "PATCH"])
def graph_store_written() -> Response:
    """Refuse to change a graph."""
    raise MethodNotAllowed(["GET", "HEAD"], READ_ONLY)


def _form(wanted: Wanted | None) -> str | None:
    return wanted.form if wanted else None


def _description() -> Response:
    wanted = wanted_of(GRAPHS)
    if wanted is None:
        raise errors.QueryUnreadable("The parameter 'query' is missing.", hint="Send a query.")
    text = service_description(
        url_for("sparql.sparql", _external=True), forms=(*TABLES.values(), *GRAPHS.values())
    )
    body = text.written(wanted.form)
    return Response(body, content_type=wanted.name, headers={"Vary": "Accept"})


def _response(answer: QueryAnswer, media_type: str) -> Response:
    text = media_type.startswith("text/") or media_type.endswith("xml")
    kind = f"{media_type}; charset=utf-8" if text else media_type
    return Response(answer.body, content_type=kind, headers={"Vary": "Accept"})
