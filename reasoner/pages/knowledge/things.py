"""What every page says of its subject, and what pages of terms and concepts add to it."""

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
    Who names a thing by one property.

    Attributes:
        by: The property; None where it is named inside a class expression.
        subjects: Those that name it, sorted.
    """

    by: Link | None
    subjects: tuple[Link, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Thing:
    """
    What every page says of its subject.

    Attributes:
        iri: The IRI.
        name: The IRI with its prefix.
        label: What it is called.
        also: Other names.
        kinds: What it is, in a word or two each; linked where the word is a term of ours.
        definition: What it means; empty if the file does not say.
        comments: What its author adds.
        file: The file that describes it.
        mark: Whether its text was seen; None if the file does not say.
        statements: All else that is told of it.
        mentions: Who names it.
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
    What a page of a class, property or individual of the vocabulary adds.

    Attributes:
        broader: Direct superclasses or superproperties.
        narrower: Direct subclasses or subproperties.
        range: The class or datatype of a property's values, as told; empty if none is.
        bearers: Classes whose shapes ask for the property, with what they ask.
        schema: What shapes ask of the properties of a class.
        members: Individuals of a class.
        stated_of: How many things of each kind a property is stated of.
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
    Collect what every page says of its subject.

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
    """Give what a thing is: terms of ours, else words for the kinds that OWL and SKOS have."""
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
    """Collect what the page of a term of the vocabulary adds."""
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
    """Return under which heading of the contents a thing stands."""
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
