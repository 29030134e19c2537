"""Editions of guidelines: their dates in force and their recommendations."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Final

import pyoxigraph as ox

from reasoner.kernel.terms import DCTERMS, LABEL, SOURCE
from reasoner.knowledge.terms import mn

from .book import COMMENT, SHORT_NAME, Link
from .recommendations import RecommendationEntry, Recommendations, seen

if TYPE_CHECKING:
    from .book import Book

REPLACES: Final = ox.NamedNode(DCTERMS + "replaces")


@dataclass(frozen=True, slots=True, kw_only=True)
class Edition:
    """
    One edition of a guideline, adopted or proposed.

    Attributes:
        iri: The IRI.
        link: The edition.
        short: Its short name, as sentences use it.
        governs: True if it was adopted; a proposed edition governs nothing.
        tier: Its place in the order of sources.
        year: The year by which it is cited.
        citation: Its place in the law or in print.
        keyed_on: The date of a request that selects it; None if it has none.
        since: The first day in force; empty if it is never in force.
        until: The first day no longer in force; empty if no successor is known.
        replaces: Editions that it replaces.
        replaced_by: Editions that replace it.
        displaces: Editions of the same tier that yield to it if both apply.
        displaced_by: Editions to which it yields.
        seen: Where its dates were read.
        comments: The comments of its author.
        mark: The verification of its dates.
        recommendations: Its recommendations, in the order of its file.
        rules: Its other rules.
    """

    iri: str
    link: Link
    short: str
    governs: bool
    tier: Link | None
    year: str
    citation: str
    keyed_on: Link | None
    since: str
    until: str
    replaces: tuple[Link, ...]
    replaced_by: tuple[Link, ...]
    displaces: tuple[Link, ...]
    displaced_by: tuple[Link, ...]
    seen: tuple[Link, ...]
    comments: tuple[str, ...]
    mark: Link | None
    recommendations: tuple[RecommendationEntry, ...]
    rules: tuple[RecommendationEntry, ...]


class Guidelines:
    """All editions with their recommendations."""

    def __init__(self, book: Book) -> None:
        self.book = book
        self.recommendations = Recommendations(book)

    @cached_property
    def editions(self) -> dict[str, Edition]:
        """All editions, proposed ones last, sorted by their short names."""
        found: dict[str, Edition] = {}
        for kind in ("Guideline", "ProposedEdition"):
            editions = (self._edition(iri, kind) for iri in self.book.members(mn(kind).value))
            found |= {e.iri: e for e in sorted(editions, key=lambda e: (e.short.lower(), e.iri))}
        return found

    def _edition(self, iri: str, kind: str) -> Edition:
        book = self.book

        def one(name: str) -> Link | None:
            value = book.text(iri, mn(name))
            return book.link(value) if value else None

        def back(predicate: ox.NamedNode) -> tuple[Link, ...]:
            return book.links(book.mentions.get(iri, {}).get(predicate.value, ()))

        stated = [r for r in self.recommendations.all.values() if r.edition.path == book.path(iri)]
        return Edition(
            iri=iri,
            link=book.link(iri),
            short=book.text(iri, SHORT_NAME) or book.text(iri, LABEL),
            governs=kind == "Guideline",
            tier=one("tier"),
            year=book.text(iri, mn("editionYear")),
            citation=book.text(iri, SOURCE),
            keyed_on=one("keyedOn"),
            since=book.text(iri, mn("effectiveFrom")),
            until=book.text(iri, mn("effectiveUntil")),
            replaces=book.links(book.values(iri, REPLACES)),
            replaced_by=back(REPLACES),
            displaces=book.links(book.values(iri, mn("displaces"))),
            displaced_by=back(mn("displaces")),
            seen=seen(book, iri),
            comments=book.values(iri, COMMENT),
            mark=book.mark(iri),
            recommendations=tuple(r for r in stated if r.population),
            rules=tuple(r for r in stated if not r.population),
        )
