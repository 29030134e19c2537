"""The table of limits by condition and edition; each figure is as its file states it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from reasoner.knowledge.terms import CONCEPT, mn

from .expressions import things_of

if TYPE_CHECKING:
    from .book import Book, Link
    from .concepts import Concepts
    from .guidelines import Edition, Guidelines
    from .recommendations import RecommendationEntry

TREATMENT: Final = mn("Treatment").value
PHASE: Final = mn("Phase").value


@dataclass(frozen=True, slots=True, kw_only=True)
class LimitRow:
    """
    One recommendation in the table of limits.

    Attributes:
        said: The recommendation with its figures.
        edition: The edition that states it.
        conditions: The conditions, operations or regions that it covers; empty means any.
        treatments: The kinds of care.
        phases: The phases of care.
    """

    said: RecommendationEntry
    edition: Edition
    conditions: tuple[Link, ...]
    treatments: tuple[Link, ...]
    phases: tuple[Link, ...]


def limit_rows(book: Book, concepts: Concepts, guidelines: Guidelines) -> tuple[LimitRow, ...]:
    """Return all recommendations, by condition, then edition; those for any condition last."""
    rows = [
        row_of(book, concepts, said, edition)
        for edition in guidelines.editions.values()
        for said in edition.recommendations
    ]
    return tuple(
        sorted(
            rows,
            key=lambda r: (
                not r.conditions,
                [link.text.lower() for link in r.conditions],
                r.edition.since,
                r.edition.short.lower(),
                r.said.iri,
            ),
        )
    )


def row_of(book: Book, concepts: Concepts, said: RecommendationEntry, edition: Edition) -> LimitRow:
    """Sort the concepts of a population into the columns of the table."""
    population = book.text(said.iri, mn("population"))
    named = [iri for iri in things_of(book, population) if iri.startswith(CONCEPT)]
    care = [iri for iri in named if concepts.is_a(iri, TREATMENT)]
    phases = [iri for iri in named if concepts.is_a(iri, PHASE)]
    others = [iri for iri in named if iri not in care and iri not in phases]
    return LimitRow(
        said=said,
        edition=edition,
        conditions=book.links(others),
        treatments=book.links(care),
        phases=book.links(phases),
    )
