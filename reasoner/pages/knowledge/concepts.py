"""Concepts: their hierarchy, and the recommendations that name each."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Final

import pyoxigraph as ox

from reasoner.kernel.terms import SKOS, SUBCLASS
from reasoner.knowledge.terms import CONCEPT, mn

from .expressions import things_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from .book import Book, Link

SCHEME: Final = ox.NamedNode(SKOS + "inScheme")
CODES: Final = (mn("icd9"), mn("icd10"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Branch:
    """
    A concept with those below it.

    Attributes:
        link: The concept.
        codes: Its own codes.
        below: Its narrower concepts, sorted.
    """

    link: Link
    codes: tuple[str, ...]
    below: tuple[Branch, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Scheme:
    """A scheme of concepts: its IRI, the link to it, its concepts, and its trees."""

    iri: str
    link: Link
    about: str
    size: int
    trees: tuple[Branch, ...]


class Concepts:
    """The concepts of a knowledge base, by scheme and hierarchy."""

    def __init__(self, book: Book) -> None:
        self.book = book

    @cached_property
    def schemes(self) -> tuple[Scheme, ...]:
        """All schemes, sorted by label."""
        book = self.book
        found = []
        for scheme in book.members(SKOS + "ConceptScheme"):
            concepts = sorted(book.mentions.get(scheme, {}).get(SCHEME.value, ()))
            tops = [c for c in concepts if not set(self.broader(c)) & set(concepts)]
            found.append(
                Scheme(
                    iri=scheme,
                    link=book.link(scheme),
                    about=next(iter(book.values(scheme, _DESCRIPTION)), ""),
                    size=len(concepts),
                    trees=tuple(self._branch(c) for c in book.in_order(tops)),
                )
            )
        return tuple(found)

    def _branch(self, iri: str) -> Branch:
        return Branch(
            link=self.book.link(iri),
            codes=tuple(code for p in CODES for code in self.book.values(iri, p)),
            below=tuple(self._branch(c) for c in self.narrower(iri)),
        )

    def broader(self, iri: str) -> tuple[str, ...]:
        """Return the concepts and classes directly above a concept."""
        return tuple(b for b in self.book.values(iri, SUBCLASS) if b != iri)

    def narrower(self, iri: str) -> tuple[str, ...]:
        """Return the concepts directly below, sorted by label."""
        below = self.book.mentions.get(iri, {}).get(SUBCLASS.value, frozenset())
        return self.book.in_order(b for b in below if b.startswith(CONCEPT) and b != iri)

    def above(self, iri: str) -> Iterator[str]:
        """Return all broader concepts and classes, nearest first."""
        seen = {iri}
        level = [iri]
        while level:
            level = [b for c in level for b in self.broader(c) if b not in seen]
            seen.update(level)
            yield from dict.fromkeys(level)

    def is_a(self, iri: str, kind: str) -> bool:
        """Return True if a concept is below a class."""
        return kind in set(self.above(iri))

    @cached_property
    def speaking(self) -> Mapping[str, tuple[str, ...]]:
        """For each concept, the recommendations whose population names it."""
        book = self.book
        found: dict[str, list[str]] = {}
        for recommendation in book.members(mn("Recommendation").value):
            for thing in things_of(book, book.text(recommendation, mn("population"))):
                found.setdefault(thing, []).append(recommendation)
        return {iri: tuple(names) for iri, names in found.items()}

    def wider(self, iri: str) -> tuple[tuple[Link, tuple[str, ...]], ...]:
        """Return the broader concepts that recommendations name, with those recommendations."""
        return tuple(
            (self.book.link(b), self.speaking[b]) for b in self.above(iri) if b in self.speaking
        )


_DESCRIPTION: Final = ox.NamedNode("http://purl.org/dc/terms/description")
