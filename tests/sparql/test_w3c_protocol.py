"""The tests of the W3C for the SPARQL 1.1 Protocol, as requests to the service."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from rdflib import RDF, Graph, Namespace
from rdflib.collection import Collection

if TYPE_CHECKING:
    from flask.testing import FlaskClient
    from rdflib.term import Node
    from werkzeug.test import TestResponse

MANIFEST = Path(__file__).parent / "w3c" / "sparql11-protocol-manifest.ttl"
TEST = Namespace("http://www.w3.org/2009/sparql/docs/tests/data-sparql11/protocol/manifest#")
MF = Namespace("http://www.w3.org/2001/sw/DataAccess/tests/test-manifest#")
HT = Namespace("http://www.w3.org/2011/http#")
CNT = Namespace("http://www.w3.org/2011/content#")
TABLES = {
    "application/sparql-results+json",
    "application/sparql-results+xml",
    "text/csv",
    "text/tab-separated-values",
}
GRAPHS = {"application/rdf+xml", "text/turtle", "application/n-triples"}


@dataclass(frozen=True, kw_only=True)
class Exchange:
    """A request of a test, and what is expected of its answer."""

    method: str
    path: str
    headers: tuple[tuple[str, str], ...]
    body: bytes | None
    statuses: frozenset[int]
    form: str | None
    truth: bool | None


def read_manifest() -> dict[str, list[Exchange]]:
    graph = Graph().parse(MANIFEST, format="turtle")
    return {
        str(test).removeprefix(TEST): [
            exchange(graph, request)
            for action in graph.objects(test, MF.action)
            for request in members(graph, graph.value(action, HT.requests))
        ]
        for test in graph.subjects(RDF.type, MF.ProtocolTest)
    }


def members(graph: Graph, node: Node | None) -> list[Node]:
    return [] if node is None else list(Collection(graph, node))


def exchange(graph: Graph, request: Node) -> Exchange:
    answer = graph.value(request, HT.resp)
    body = graph.value(request, HT.body)
    encoding = str(graph.value(body, CNT.characterEncoding) or "UTF-8")
    truth = graph.value(answer, MF.expectedBoolean)
    form = graph.value(answer, MF.expectedFormat)
    return Exchange(
        method=str(graph.value(request, HT.methodName)),
        path=str(graph.value(request, HT.absolutePath)),
        headers=tuple(
            (str(graph.value(h, HT.fieldName)), str(graph.value(h, HT.fieldValue)))
            for h in members(graph, graph.value(request, HT.headers))
        ),
        body=str(graph.value(body, CNT.chars)).encode(encoding) if body else None,
        statuses=frozenset(
            int(str(status)[-3]) for status in graph.objects(answer, MF.expectedStatus)
        ),
        form=str(form) if form else None,
        truth=None if truth is None else truth == truth.__class__(True),
    )


TESTS = read_manifest()
QUERIES = sorted(name for name in TESTS if "update" not in name)
UPDATES = sorted(name for name in TESTS if "update" in name)


def send(client: FlaskClient, sent: Exchange) -> TestResponse:
    return client.open(sent.path, method=sent.method, headers=list(sent.headers), data=sent.body)


def test_the_manifest_has_twenty_tests_of_queries() -> None:
    """The number is the W3C's: a manifest that is read in part proves less."""
    assert (len(QUERIES), len(UPDATES)) == (20, 14)
    assert all(TESTS.values())


@pytest.mark.parametrize("name", QUERIES)
def test_a_query_is_answered_as_the_w3c_expects(name: str, client: FlaskClient) -> None:
    """Status, form and truth are those of the manifest."""
    for sent in TESTS[name]:
        answer = send(client, sent)

        assert answer.status_code // 100 in sent.statuses, answer.text
        if sent.form == "boolean":
            assert answer.mimetype in TABLES
        elif sent.form is not None:
            assert answer.mimetype in (TABLES if sent.form == "tabular" else GRAPHS)
        if sent.truth is not None:
            assert answer.get_json(force=True)["boolean"] is sent.truth


@pytest.mark.parametrize("name", UPDATES)
def test_an_update_is_refused(name: str, client: FlaskClient) -> None:
    """The store changes when cases are stored; the protocol's other operation is not offered."""
    sent = TESTS[name][0]

    assert send(client, sent).status_code in {400, 403, 415}


def test_the_dataset_of_the_protocol_replaces_that_of_the_query(client: FlaskClient) -> None:
    """`default-graph-uri` wins over FROM: a graph that only FROM names is not read."""
    data = "http://kasei.us/2009/09/sparql/data"
    query = f"ASK FROM <{data}/data1.rdf> {{ <{data}/data1.rdf> ?p ?o }}"
    alone = client.get("/sparql", query_string={"query": query})
    other = {"query": query, "default-graph-uri": f"{data}/data2.rdf"}
    overruled = client.get("/sparql", query_string=other)

    assert alone.get_json(force=True)["boolean"] is True
    assert overruled.get_json(force=True)["boolean"] is False
