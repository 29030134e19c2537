"""The contents that all pages share, and the contents of the pages of vocabulary terms."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import pyoxigraph as ox

from reasoner.kernel.terms import DEFINITION, OWL, RDF, RDFS, SKOS, SUBCLASS
from reasoner.knowledge.terms import CONCEPT, NS, RULE, mn, shorten

from .book import CLASS, COMMENT, GUIDELINE, LAW, SHORT_NAME, Link

if TYPE_CHECKING:
    from collections.abc import Iterable

    from .book import Book, PropertyValues
    from .usage import ShapeCheck, Usage

SCHEME: Final = SKOS + "inScheme"
KINDS: Final = {
    CLASS: "class",
    OWL + "ObjectProperty": "object property",
    OWL + "DatatypeProperty": "datatype property",
    OWL + "AnnotationProperty": "annotation property",
}
PROPERTIES: Final = frozenset(kind for kind in KINDS if kind != CLASS)
OF_OWL: Final = {**KINDS, OWL + "Ontology": "file", SKOS + "ConceptScheme": "concept scheme"}


SHOWN: Final = frozenset(
    {SHORT_NAME.value, COMMENT.value, mn("verification").value, SUBCLASS.value}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ThingMention:
    """
    The subjects that name a thing by one property.

    Attributes:
        by: The property; None for names inside a class expression.
        subjects: The subjects, sorted.
    """

    by: Link | None
    subjects: tuple[Link, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Thing:
    """
    The contents that all pages share.

    Attributes:
        iri: The IRI.
        name: The IRI with its prefix.
        label: Its label.
        also: Other names.
        kinds: Its kinds in words; linked if the kind is a term of our vocabulary.
        definition: What it means; empty if the file does not state it.
        comments: The comments of its author.
        file: The file that describes it.
        mark: The verification of its text; None if the file does not state one.
        statements: All its other properties.
        mentions: The things that name it.
        checking: Shapes that name it.
        reading: Rules that read it.
        concluding: Rules that conclude with it.
    """

    iri: str
    name: str
    label: str
    also: tuple[str, ...]
    kinds: tuple[Link, ...]
    definition: str
    comments: tuple[str, ...]
    file: str
    mark: Link | None
    statements: tuple[PropertyValues, ...]
    mentions: tuple[ThingMention, ...]
    checking: tuple[Link, ...]
    reading: tuple[Link, ...]
    concluding: tuple[Link, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """
    The contents specific to a class, property or individual of the vocabulary.

    Attributes:
        broader: Direct superclasses or superproperties.
        narrower: Direct subclasses or subproperties.
        range: The asserted class or datatype of a property's values; empty if none is.
        bearers: Classes whose shapes check the property, with the checks.
        schema: The checks of shapes on the properties of a class.
        members: Individuals of a class.
        stated_of: How many things of each kind have a property.
    """

    broader: tuple[Link, ...]
    narrower: tuple[Link, ...]
    range: tuple[Link, ...]
    bearers: tuple[tuple[Link, ShapeCheck], ...]
    schema: tuple[ShapeCheck, ...]
    members: tuple[Link, ...]
    stated_of: tuple[tuple[str, int], ...]


def thing(book: Book, usage: Usage, iri: str, *, shown: frozenset[str] = frozenset()) -> Thing:
    """
    Collect the contents that all pages share.

    Args:
        book: The index.
        usage: Where terms are used.
        iri: The subject.
        shown: Properties that the page shows in another place.
    """
    said = shown | SHOWN
    return Thing(
        iri=iri,
        name=shorten(iri),
        label=book.label(iri),
        also=book.values(iri, SHORT_NAME),
        kinds=tuple(kind_links(book, iri)),
        definition=book.text(iri, DEFINITION),
        comments=book.values(iri, COMMENT),
        file=book.file(iri),
        mark=book.mark(iri),
        statements=book.statements(iri, without=said),
        mentions=_mentions(book, iri),
        checking=usage.checking(iri),
        reading=usage.reading(iri),
        concluding=usage.concluding(iri),
    )


def kind_links(book: Book, iri: str) -> Iterable[Link]:
    """Return the kinds of a thing: our terms, else words for the kinds of OWL and SKOS."""
    if iri.startswith(CONCEPT):
        yield Link(text="concept")
        return
    kinds = book.kinds.get(iri, ())
    ours = [kind for kind in kinds if kind.startswith(NS)]
    yield from (book.link(kind) for kind in ours)
    if not ours:
        yield from (Link(text=OF_OWL[kind]) for kind in kinds if kind in OF_OWL)


def _mentions(book: Book, iri: str) -> tuple[ThingMention, ...]:
    passed_over = {SUBCLASS.value, SCHEME, RDF + "first", mn("verification").value}
    return tuple(
        ThingMention(by=book.link(predicate) if predicate else None, subjects=book.links(subjects))
        for predicate, subjects in book.mentions.get(iri, {}).items()
        if predicate not in passed_over
    )


def term(book: Book, usage: Usage, iri: str) -> Term:
    """Collect the contents specific to a term of the vocabulary."""
    up = (SUBCLASS.value, RDFS + "subPropertyOf")
    broader = {v for p in up for v in book.values(iri, ox.NamedNode(p))}
    narrower = {s for p in up for s in book.mentions.get(iri, {}).get(p, ())}
    individuals = (m for m in book.members(iri) if CLASS not in book.kinds.get(m, ()))
    return Term(
        broader=book.links(broader),
        narrower=book.links(narrower),
        range=book.links(book.values(iri, ox.NamedNode(RDFS + "range"))),
        bearers=usage.bearers(iri),
        schema=usage.schema(iri),
        members=book.links(individuals),
        stated_of=tuple(book.stated_of.get(iri, {}).items()),
    )


def section_of(book: Book, iri: str) -> str:
    """Return the heading of a thing in the table of contents."""
    kinds = book.kinds.get(iri, ())
    if iri.startswith(RULE):
        return "rules"
    if iri.startswith(NS):
        return "terms"
    if iri.startswith(CONCEPT) or SKOS + "ConceptScheme" in kinds:
        return "concepts"
    if iri.startswith(GUIDELINE):
        if {mn("Guideline").value, mn("ProposedEdition").value} & set(kinds):
            return "guidelines"
        return "populations" if CLASS in kinds else "recommendations"
    return "law" if iri.startswith(LAW) else "files"
