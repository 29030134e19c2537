"""What a client meets at `/sparql` and `/graph-store`."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pyoxigraph as ox
import pytest

from api import create_app
from api.asking import Asking
from reasoner.containment import confine, pool

if TYPE_CHECKING:
    from flask.testing import FlaskClient
    from werkzeug.test import TestResponse

    from reasoner import Knowledge

DATA = "http://kasei.us/2009/09/sparql/data"
SELECT = "SELECT ?s WHERE { ?s ?p ?o }"
CONSTRUCT = "CONSTRUCT { ?s ?p ?o } WHERE { ?s ?p ?o }"
TABLES = {
    "application/sparql-results+json": ox.QueryResultsFormat.JSON,
    "application/sparql-results+xml": ox.QueryResultsFormat.XML,
    "text/tab-separated-values": ox.QueryResultsFormat.TSV,
}
GRAPHS = {
    "text/turtle": ox.RdfFormat.TURTLE,
    "application/n-triples": ox.RdfFormat.N_TRIPLES,
    "application/n-quads": ox.RdfFormat.N_QUADS,
    "application/trig": ox.RdfFormat.TRIG,
    "application/ld+json": ox.RdfFormat.JSON_LD,
    "application/rdf+xml": ox.RdfFormat.RDF_XML,
}


def get(client: FlaskClient, query: str, accept: str | None = None, **more: str) -> TestResponse:
    headers = {"Accept": accept} if accept is not None else {}
    return client.get("/sparql", query_string={"query": query, **more}, headers=headers)


@pytest.mark.parametrize("form", sorted(TABLES))
def test_a_table_comes_in_each_form(form: str, client: FlaskClient) -> None:
    """Each form of SELECT can be parsed and has the same row."""
    answer = get(client, SELECT, form)
    found = ox.parse_query_results(answer.data, format=TABLES[form])

    assert answer.mimetype == form
    assert isinstance(found, ox.QuerySolutions)
    assert [str(row["s"]) for row in found] == ["<http://example.org/s>"]


def test_a_table_comes_as_csv(client: FlaskClient) -> None:
    """CSV has a header, and lines end as RFC 4180 says."""
    assert get(client, SELECT, "text/csv").data == b"s\r\nhttp://example.org/s\r\n"


@pytest.mark.parametrize("form", sorted(GRAPHS))
def test_a_graph_comes_in_each_form(form: str, client: FlaskClient) -> None:
    """Each form of CONSTRUCT can be parsed and has the same statement."""
    answer = get(client, CONSTRUCT, form)
    found = [str(quad.triple) for quad in ox.parse(answer.data, format=GRAPHS[form])]

    assert answer.mimetype == form
    assert found == ['<http://example.org/s> <http://example.org/p> "the default graph"']


@pytest.mark.parametrize(
    ("accept", "query", "form"),
    [
        ("text/csv;q=0.2, application/sparql-results+xml;q=0.9", SELECT, "+xml"),
        ("text/csv, application/sparql-results+json;q=0.1", SELECT, "text/csv"),
        ("text/csv;q=0, */*;q=0.1", SELECT, "application/sparql-results+json"),
        ("text/turtle;q=0.3, application/n-triples", CONSTRUCT, "application/n-triples"),
        ("application/sparql-results+json, text/turtle;q=0.5", CONSTRUCT, "text/turtle"),
        ("*/*", CONSTRUCT, "text/turtle"),
        ("application/json", SELECT, "application/json"),
        ("application/json", CONSTRUCT, "application/json"),
        ("", "ASK {}", "application/sparql-results+json"),
    ],
)
def test_the_form_follows_the_weights_of_the_client(
    accept: str, query: str, form: str, client: FlaskClient
) -> None:
    """Of the forms that suit the query, the one with the largest weight is taken."""
    assert form in get(client, query, accept).mimetype


@pytest.mark.parametrize(
    ("accept", "query"),
    [("text/csv", CONSTRUCT), ("text/turtle", SELECT), ("image/png", SELECT)],
)
def test_a_form_that_does_not_suit_the_query_is_refused(
    accept: str, query: str, client: FlaskClient
) -> None:
    """No other form is sent in its place."""
    assert get(client, query, accept).status_code == 406


@pytest.mark.parametrize(
    ("method", "path", "kind", "body", "status"),
    [
        ("GET", "/sparql?query=ASK%20%7B%FF%7D", None, b"", 400),
        ("POST", "/sparql", "application/x-www-form-urlencoded", b"query=ASK%20%7B%FF%7D", 400),
        ("POST", "/sparql", "application/sparql-query", b"ASK {\xff}", 400),
        ("POST", "/sparql", "application/x-www-form-urlencoded", b"query=ASK{}&query=ASK{}", 400),
        ("POST", "/sparql?query=ASK{}", "application/sparql-query", b"ASK {}", 400),
        ("POST", "/sparql", "application/sparql-query; charset=latin-1", b"ASK {}", 415),
        ("POST", "/sparql", "application/json", b"{}", 415),
        ("POST", "/sparql", "application/x-www-form-urlencoded", b"q=ASK{}", 400),
        ("POST", "/sparql", "application/sparql-query", b"", 400),
        ("POST", "/sparql", "application/sparql-query", b"ASK {} #" + b"x" * 64_000, 422),
        ("GET", "/sparql?query=ASK{}&default-graph-uri=not%20an%20iri", None, b"", 400),
        ("GET", "/sparql?" + "a=1&" * 300 + "query=ASK{}", None, b"", 400),
        ("PUT", "/sparql", "application/sparql-query", b"ASK {}", 405),
    ],
)
def test_a_malformed_request_is_a_problem(
    method: str, path: str, kind: str | None, body: bytes, status: int, client: FlaskClient
) -> None:
    """The status says who has to change what, and the body is a problem document."""
    answer = client.open(path, method=method, content_type=kind, data=body)

    assert answer.status_code == status, answer.text
    assert answer.mimetype == "application/problem+json"


def test_parameters_of_other_services_are_let_through(client: FlaskClient) -> None:
    """Clients add parameters of their own, such as `format`; the protocol says nothing of them."""
    assert get(client, "ASK {}", format="json", output="json", results="json").status_code == 200


def test_a_relative_iri_has_the_endpoint_as_its_base(client: FlaskClient) -> None:
    """A service defines the base of a query that states none."""
    answer = get(client, "SELECT (STR(<x>) AS ?iri) {}", "text/csv")

    assert answer.text.split() == ["iri", "http://localhost/x"]


def test_head_has_the_headers_of_get(client: FlaskClient) -> None:
    """HEAD answers as GET does, without a body."""
    answer = client.head("/sparql", query_string={"query": SELECT})

    assert (answer.status_code, answer.data) == (200, b"")
    assert answer.mimetype == "application/sparql-results+json"


def test_the_service_describes_itself(client: FlaskClient) -> None:
    """GET without a query is the service description; its language is the query language."""
    answer = client.get("/sparql", headers={"Accept": "application/n-triples"})
    sd = "http://www.w3.org/ns/sparql-service-description#"
    lines = answer.text.splitlines()

    assert f"<http://localhost/sparql> <{sd}supportedLanguage> <{sd}SPARQL11Query> ." in lines
    assert sum("resultFormat" in line for line in lines) == 10
    assert not any("Update" in line for line in lines)


def test_a_named_graph_is_read_as_a_whole(client: FlaskClient) -> None:
    """The Graph Store Protocol names a graph by its IRI."""
    got = client.get("/graph-store", query_string={"graph": f"{DATA}/data1.rdf"})
    default = client.get("/graph-store?default", headers={"Accept": "application/n-triples"})

    assert got.mimetype == "text/turtle"
    assert len(list(ox.parse(got.data, format=ox.RdfFormat.TURTLE))) == 1
    assert default.text == '<http://example.org/s> <http://example.org/p> "the default graph" .\n'


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/graph-store?graph=http://example.org/none", 404),
        ("GET", "/graph-store", 400),
        ("GET", "/graph-store?graph=", 400),
        ("GET", "/graph-store?graph=relative", 400),
        ("GET", "/graph-store?default&graph=http://example.org/x", 400),
        ("GET", "/graph-store?graph=http://a/&graph=http://b/", 400),
        ("PUT", "/graph-store?default", 405),
        ("POST", "/graph-store?default", 405),
        ("DELETE", "/graph-store?graph=http://example.org/x", 405),
        ("PATCH", "/graph-store?default", 405),
    ],
)
def test_a_graph_is_read_and_never_written(
    method: str, path: str, status: int, client: FlaskClient
) -> None:
    """An absent graph is 404, an ambiguous one 400, and a change 405."""
    answer = client.open(path, method=method)

    assert answer.status_code == status, answer.text


def test_newer_knowledge_is_asked_without_a_pause(knowledge: Knowledge) -> None:
    """Workers over a replaced store are ended, and the next answer is from the new one."""
    app = create_app(knowledge)
    asking = Asking.of(app)
    first = app.test_client().get("/sparql", query_string={"query": "ASK {}"})
    with app.app_context():
        asking.serve(__file__.replace(".py", ".absent"))
    assert first.status_code == 200
    assert app.test_client().get("/sparql?query=ASK{}").status_code == 503
    asking.close()


def test_queries_are_refused_where_the_network_cannot_be_taken_away(
    knowledge: Knowledge, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without seccomp, a query is not run, and the answer says why."""
    greeting = {"ready": True, "open": "seccomp is not available (ImportError)"}
    monkeypatch.setattr(pool.Worker, "greet", lambda _: greeting)
    app = create_app(knowledge)
    answer = app.test_client().get("/sparql?query=ASK{}")
    Asking.of(app).close()

    assert answer.status_code == 503
    assert "seccomp is not available" in answer.get_json(force=True)["detail"]


def test_a_process_without_the_library_says_that_it_is_open(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A worker reports what it could not take away from itself."""
    monkeypatch.setitem(sys.modules, "pyseccomp", None)

    assert "seccomp is not available" in confine.close_off()
