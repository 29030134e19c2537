"""What is told of things, as RDF: for programs that ask for a page."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

import pyoxigraph as ox
from rdflib import Graph

from reasoner.terms import PREFIXES

if TYPE_CHECKING:
    from collections.abc import Iterable

    from .book import Book, Node


def triples_about(book: Book, subjects: Iterable[str]) -> list[ox.Triple]:
    """Return all that is told of things, with the blank nodes that hang on them; not of others."""
    found: list[ox.Triple] = []
    waiting: list[Node] = [ox.NamedNode(iri) for iri in subjects]
    while waiting:
        subject = waiting.pop(0)
        if not isinstance(subject, ox.NamedNode | ox.BlankNode):
            continue
        for predicate, value in book.told.get(subject, ()):
            found.append(ox.Triple(subject, ox.NamedNode(predicate), value))
            if isinstance(value, ox.BlankNode):
                waiting.append(value)
    return found


def shape_triples(book: Book) -> list[ox.Triple]:
    """Return all shapes."""
    sets = (book.knowledge.shapes, *book.knowledge.other_shapes.values())
    return [t for shapes in sets for t in shapes.triples]


def as_rdf(triples: Iterable[ox.Triple], form: str) -> str:
    """
    Write triples as text, the same for the same triples.

    Args:
        triples: The triples; blank nodes get names by their place, so that names do not vary.
        form: `ttl` or `jsonld`.
    """
    graph = Graph(bind_namespaces="none")
    for prefix, namespace in PREFIXES.items():
        graph.bind(prefix, namespace)
    plain = ox.serialize(_renamed(triples), format=ox.RdfFormat.N_TRIPLES)
    graph.parse(data=plain or b"", format="nt")
    if form == "jsonld":
        text = graph.serialize(format="json-ld", context=dict(PREFIXES), sort_keys=True)
    else:
        text = graph.serialize(format="turtle")
    return f"{text.strip()}\n"


def _renamed(triples: Iterable[ox.Triple]) -> list[ox.Triple]:
    names: dict[Node, ox.BlankNode] = {}

    def renamed(node: Node) -> Node:
        if not isinstance(node, ox.BlankNode):
            return node
        return names.setdefault(node, ox.BlankNode(f"b{len(names)}"))

    return [
        ox.Triple(cast("ox.NamedNode", renamed(t.subject)), t.predicate, renamed(t.object))
        for t in triples
    ]
