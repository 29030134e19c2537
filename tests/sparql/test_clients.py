"""Clients that people use, unchanged, against a served endpoint."""

from __future__ import annotations

import json
import shutil
import subprocess
import warnings
from typing import TYPE_CHECKING

import pytest
from rdflib import Graph, Literal, URIRef
from rdflib.plugins.stores.sparqlstore import SPARQLStore
from SPARQLWrapper import CSV, JSON, JSONLD, N3, POST, POSTDIRECTLY, RDFXML, TSV, TURTLE, XML
from SPARQLWrapper import SPARQLWrapper as Wrapper

if TYPE_CHECKING:
    from collections.abc import Iterator

S, P, O = "http://example.org/s", "http://example.org/p", "the default graph"  # noqa: E741
SELECT = "SELECT ?o WHERE { ?s ?p ?o }"
CONSTRUCT = "CONSTRUCT { ?s ?p ?o } WHERE { ?s ?p ?o }"
DATA1 = "http://kasei.us/2009/09/sparql/data/data1.rdf"


@pytest.fixture(autouse=True)
def _quiet() -> Iterator[None]:
    """Ignore what the clients themselves are warned of."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def wrapper(address: str, query: str, form: str | None = None) -> Wrapper:
    made = Wrapper(f"{address}/sparql")
    made.setQuery(query)
    if form:
        made.setReturnFormat(form)
    return made


@pytest.mark.parametrize("form", [JSON, XML, CSV, TSV])
@pytest.mark.parametrize("method", ["GET", POST])
def test_sparqlwrapper_selects(form: str, method: str, address: str) -> None:
    """Each form of a table, by GET and by POST."""
    asked = wrapper(address, SELECT, form)
    asked.setMethod(method)
    found = asked.query().convert()
    text = found.toxml() if form == XML else json.dumps(found) if form == JSON else found.decode()

    assert O in text


def test_sparqlwrapper_posts_the_query_as_the_body(address: str) -> None:
    """The third way of the protocol."""
    asked = wrapper(address, SELECT, JSON)
    asked.setMethod(POST)
    asked.setRequestMethod(POSTDIRECTLY)

    assert O in json.dumps(asked.query().convert())


def test_sparqlwrapper_asks_and_names_graphs(address: str) -> None:
    """ASK is a boolean, and the graphs of the protocol are those that are read."""
    plain = wrapper(address, f"ASK {{ <{DATA1}> ?p ?o }}", JSON)
    graph = wrapper(address, f"ASK {{ <{DATA1}> ?p ?o }}", JSON)
    graph.addDefaultGraph(DATA1)
    named = wrapper(address, "SELECT DISTINCT ?g { GRAPH ?g { ?s ?p ?o } }", JSON)
    named.addNamedGraph(DATA1)

    assert plain.query().convert()["boolean"] is False
    assert graph.query().convert()["boolean"] is True
    assert [row["g"]["value"] for row in named.query().convert()["results"]["bindings"]] == [DATA1]


@pytest.mark.parametrize("form", [TURTLE, N3, RDFXML, JSONLD, XML])
def test_sparqlwrapper_constructs(form: str, address: str) -> None:
    """Each form of a graph that the client can ask for."""
    found = wrapper(address, CONSTRUCT, form).query().convert()
    graph = found if isinstance(found, Graph) else Graph().parse(data=found, format="turtle")

    assert (URIRef(S), URIRef(P), Literal(O)) in graph


def test_the_store_of_rdflib_reads_as_a_graph(address: str) -> None:
    """Triples, membership, length, queries and named graphs of rdflib's SPARQLStore."""
    store = SPARQLStore(f"{address}/sparql", method="POST")
    graph = Graph(store)
    named = Graph(store, identifier=URIRef(DATA1))
    bound = graph.query("SELECT ?o { ?s ?p ?o }", initBindings={"s": URIRef(S)})

    assert list(graph) == [(URIRef(S), URIRef(P), Literal(O))]
    assert (URIRef(S), URIRef(P), None) in graph
    assert len(graph) == 1
    assert graph.value(URIRef(S), URIRef(P)) == Literal(O)
    assert [str(row.o) for row in bound] == [O]
    assert graph.query("ASK { ?s ?p ?o }").askAnswer is True
    assert len(graph.query(CONSTRUCT).graph or ()) == 1
    assert [str(s) for s in named.subjects()] == [DATA1]


@pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed")
@pytest.mark.parametrize(
    ("arguments", "found"),
    [
        (["-G", "--data-urlencode", f"query={SELECT}", "-H", "Accept: text/csv"], O),
        (["--data-urlencode", f"query={SELECT}", "-H", "Accept: text/csv"], O),
        (["-H", "Content-Type: application/sparql-query", "--data", "ASK {}"], "true"),
        (["-G", "--data-urlencode", f"query={CONSTRUCT}"], O),
        ([], "sd:supportedLanguage"),
        (["-I", "-G", "--data-urlencode", f"query={SELECT}"], "200"),
    ],
)
def test_curl_asks(arguments: list[str], found: str, address: str) -> None:
    """The three ways of the protocol, the description and HEAD, from a shell."""
    done = subprocess.run(
        ["curl", "-sS", "--fail", "--max-time", "20", *arguments, f"{address}/sparql"],
        capture_output=True,
        text=True,
        check=True,
    )

    assert found in done.stdout
