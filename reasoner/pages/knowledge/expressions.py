"""Class expressions as trees for pages: populations in words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

import pyoxigraph as ox

from reasoner.kernel.terms import OWL, RDF, XSD, name_of
from reasoner.knowledge.terms import mn

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .book import Book, Link, Node

FACETS: Final = {
    XSD + "minInclusive": "at least",
    XSD + "minExclusive": "more than",
    XSD + "maxInclusive": "at most",
    XSD + "maxExclusive": "less than",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Phrase:
    """
    One part of a class expression.

    Attributes:
        kind: `thing` (a class or value), `all` or `any` of the parts, `step` (a property whose
            value is the one part), `test` (a bound on a number).
        link: The class, value or property; None for the others.
        text: The test in words; empty for the others.
        parts: The parts.
    """

    kind: Literal["thing", "all", "any", "step", "test"]
    link: Link | None = None
    text: str = ""
    parts: tuple[Phrase, ...] = ()

    def things(self) -> Iterator[str]:
        """Return the prefixed names of all classes and values, in order."""
        if self.kind == "thing" and self.link:
            yield self.link.name
        for part in self.parts:
            yield from part.things()


def population_phrase(book: Book, population: str) -> Phrase | None:
    """Return the class expression of a population as a tree; None if it has none."""
    for predicate, value in book.asserted.get(ox.NamedNode(population), ()):
        if predicate == OWL + "equivalentClass":
            return _phrase(book, value)
    return None


def things_of(book: Book, population: str) -> tuple[str, ...]:
    """Return the IRIs of the classes and values that an expression names, each once, in order."""
    found: dict[str, None] = {}

    def look(node: Node) -> None:
        if isinstance(node, ox.NamedNode):
            found.setdefault(node.value)
            return
        for predicate, value in book.asserted.get(node, ()):
            if predicate.startswith((OWL, RDF)) and predicate != OWL + "onProperty":
                look(value)

    for predicate, value in book.asserted.get(ox.NamedNode(population), ()):
        if predicate == OWL + "equivalentClass":
            look(value)
    structure = (OWL, RDF, mn("Situation").value)
    return tuple(iri for iri in found if not iri.startswith(structure))


def _phrase(book: Book, node: Node) -> Phrase:
    if not isinstance(node, ox.BlankNode):
        return Phrase(kind="thing", link=book.value(node))
    asserted = dict(book.asserted.get(node, ()))
    for key, kind in ((OWL + "intersectionOf", "all"), (OWL + "unionOf", "any")):
        if key in asserted:
            parts = tuple(_phrase(book, item) for item in _items(book, asserted[key]))
            unique = tuple(dict.fromkeys(parts))
            return Phrase(kind="all" if kind == "all" else "any", parts=unique)
    if OWL + "withRestrictions" in asserted:
        tests = [
            f"{FACETS[p]} {name_of(v)}"
            for facet in _items(book, asserted[OWL + "withRestrictions"])
            for p, v in book.asserted.get(facet, ())
            if p in FACETS
        ]
        return Phrase(kind="test", text=" and ".join(tests))
    filler = asserted.get(OWL + "someValuesFrom", asserted.get(OWL + "hasValue"))
    if OWL + "onProperty" in asserted and filler is not None:
        link = book.value(asserted[OWL + "onProperty"])
        return Phrase(kind="step", link=link, parts=(_phrase(book, filler),))
    return Phrase(kind="test", text=book.value(node).text)


def _items(book: Book, node: Node) -> Iterator[Node]:
    while node != ox.NamedNode(RDF + "nil"):
        asserted = dict(book.asserted.get(node, ()))
        yield asserted[RDF + "first"]
        node = asserted[RDF + "rest"]
