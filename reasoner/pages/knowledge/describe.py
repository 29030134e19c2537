"""The asserted facts about things, as RDF, for programs that request a page."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyoxigraph as ox
from rdflib import BNode, Graph, Literal, URIRef

from reasoner.kernel.terms import XSD, name_of
from reasoner.knowledge.terms import PREFIXES

if TYPE_CHECKING:
    from collections.abc import Iterable

    from .book import Book, Node


def triples_about(book: Book, subjects: Iterable[str]) -> list[ox.Triple]:
    """Return all asserted facts about things, including those about their blank nodes."""
    found: list[ox.Triple] = []
    waiting: list[Node] = [ox.NamedNode(iri) for iri in subjects]
    while waiting:
        subject = waiting.pop(0)
        if not isinstance(subject, ox.NamedNode | ox.BlankNode):
            continue
        for predicate, value in book.asserted.get(subject, ()):
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
    Write triples as text; the same triples in the same order give the same text.

    Args:
        triples: The triples.
        form: `ttl` or `jsonld`.
    """
    graph = Graph(bind_namespaces="none")
    for prefix, namespace in PREFIXES.items():
        graph.bind(prefix, namespace)
    names: dict[ox.BlankNode, BNode] = {}
    for t in triples:
        subject, value = (_term(node, names) for node in (t.subject, t.object))
        graph.add((subject, URIRef(t.predicate.value), value))
    if form == "jsonld":
        text = graph.serialize(format="json-ld", context=dict(PREFIXES), sort_keys=True)
    else:
        text = graph.serialize(format="turtle")
    return f"{text.strip()}\n"


def _term(node: Node, names: dict[ox.BlankNode, BNode]) -> URIRef | BNode | Literal:
    """Convert a term for rdflib; a blank node is named by its place, so that names do not vary."""
    if isinstance(node, ox.BlankNode):
        return names.setdefault(node, BNode(f"b{len(names):06}"))
    if isinstance(node, ox.Literal):
        plain = node.language or node.datatype.value == XSD + "string"
        kind = None if plain else URIRef(node.datatype.value)
        return Literal(node.value, lang=node.language, datatype=kind, normalize=False)
    return URIRef(name_of(node))
