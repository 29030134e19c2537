"""
All situations that differ to the recommendations, each once, with what applies to it.

A situation is a kind of care, one condition (or none), one operation (or none) and its phases.
The space is finite, because recommendations speak in concepts; so a question such as "is there a
request that falls into both?" is answered by looking, and the answer is an example.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from itertools import product
from typing import TYPE_CHECKING

from reasoner.kernel.terms import RDFS, TYPE, name_of
from reasoner.knowledge.terms import CONCEPT, mn

from .membership import Membership, Point, numbers_of, parse_expression

if TYPE_CHECKING:
    from collections.abc import Mapping

    from reasoner.knowledge.base import Knowledge

WHOLE = re.compile(r"\d{1,9}")


@dataclass(frozen=True, slots=True, kw_only=True)
class SpaceRow:
    """
    A recommendation with the figures that matter here.

    Attributes:
        iri: The recommendation.
        guideline: The edition that states it.
        tier: The rank of that edition.
        population: The class of situations.
        limit: The most visits, its own or borrowed; None if it states none.
        trial: Visits after which a reassessment is due; None if it states none.
        since: The first day in force, of the row or its edition, whichever is later; None if it
            is never in force.
        until: The first day no longer in force, whichever is earlier; None if no end is known.
        held: Whether what the edition says is held here.
        verified: Whether its text was seen.
    """

    iri: str
    guideline: str
    tier: str
    population: str
    limit: int | None
    trial: int | None
    since: str | None
    until: str | None
    held: bool
    verified: bool

    def overlaps(self, other: SpaceRow) -> tuple[str, str | None] | None:
        """Return the days on which both are in force; None if there are none."""
        if self.since is None or other.since is None:
            return None
        since = max(self.since, other.since)
        ends = [day for day in (self.until, other.until) if day is not None]
        until = min(ends) if ends else None
        return None if until is not None and until <= since else (since, until)


class Space:
    """The situations of a knowledge base, and which populations each belongs to."""

    def __init__(self, knowledge: Knowledge) -> None:
        self.knowledge = knowledge

    @cached_property
    def rows(self) -> Mapping[str, SpaceRow]:
        """All recommendations by IRI."""
        return {iri: self._row(iri) for iri in members(self.knowledge, mn("Recommendation").value)}

    def _row(self, iri: str) -> SpaceRow:
        k = self.knowledge
        guideline = k.value(iri, mn("statedIn")) or ""
        lender = k.value(iri, mn("sameLimitAs")) or iri
        limit = k.value(lender, mn("maximumVisits"))
        trial = k.value(lender, mn("trialVisits"))
        return SpaceRow(
            iri=iri,
            guideline=guideline,
            tier=k.value(guideline, mn("tier")) or "",
            population=k.value(iri, mn("population")) or "",
            limit=_figure(limit),
            trial=_figure(trial),
            since=max(self._days(iri, guideline, "effectiveFrom"), default=None),
            until=min(self._days(iri, guideline, "effectiveUntil"), default=None),
            held=k.value(iri, mn("textHeld")) != "false",
            verified=k.value(iri, mn("verification")) == mn("Verified").value,
        )

    def _days(self, iri: str, guideline: str, name: str) -> list[str]:
        """List the dates that a recommendation and its edition state."""
        said = (self.knowledge.value(one, mn(name)) for one in (iri, guideline))
        return [day for day in said if day is not None]

    @cached_property
    def points(self) -> tuple[Point, ...]:
        """Every situation, in order."""
        k = self.knowledge
        treatments = [t for t in members(k, mn("Treatment").value) if t.startswith(CONCEPT)]
        conditions = ["", *(c for c in members(k, mn("Condition").value) if c.startswith(CONCEPT))]
        procedures = [p for p in members(k, mn("Procedure").value) if p.startswith(CONCEPT)]
        found = []
        for treatment in treatments:
            for phases in self._phases:
                follows = bool(self._operative & set(phases))
                found += [
                    Point(
                        treatment=treatment,
                        condition="" if follows else name,
                        procedure=name if follows else "",
                        phases=phases,
                    )
                    for name in (procedures if follows else conditions)
                ]
        return tuple(found)

    @cached_property
    def _operative(self) -> set[str]:
        """The phases that follow an operation."""
        return {p for p in self._all_phases if self.knowledge.value(p, mn("followsOperation"))}

    @cached_property
    def _all_phases(self) -> list[str]:
        return [p for p in members(self.knowledge, mn("Phase").value) if p.startswith(CONCEPT)]

    @cached_property
    def _phases(self) -> list[tuple[str, ...]]:
        """One phase of each pair that exclude each other, and at most one that stands alone."""
        k = self.knowledge
        pairs = [
            (phase, other.value)
            for phase in self._all_phases
            for other in k.described.get((phase, mn("excludes").value), ())
        ]
        alone = sorted(set(self._all_phases) - {p for pair in pairs for p in pair})
        return [
            (*chosen, *more)
            for chosen in product(*pairs)
            for more in ((), *((p,) for p in alone))
            if not (more and self._operative & set(chosen))
        ]

    @cached_property
    def populations(self) -> Mapping[str, frozenset[int]]:
        """For each population, the numbers of the points that belong to it."""
        membership = Membership(self.knowledge, self.points)
        return {
            population.iri: numbers_of(membership.of(parse_expression(population.expression)))
            for population in self.knowledge.populations
        }

    @cached_property
    def narrower(self) -> frozenset[tuple[str, str]]:
        """Pairs of a population and a wider one."""
        term = mn("narrowerThan")
        return frozenset(
            (name_of(t.subject), name_of(t.object))
            for t in self.knowledge.entailed
            if t.predicate == term
        )

    @cached_property
    def precedence(self) -> frozenset[tuple[str, str]]:
        """Pairs of a guideline or recommendation and one whose place it takes."""
        terms = {mn("displaces"), mn("overrides")}
        return frozenset(
            (name_of(t.subject), name_of(t.object))
            for t in self.knowledge.facts
            if t.predicate in terms
        )

    @cached_property
    def applying(self) -> tuple[tuple[SpaceRow, ...], ...]:
        """For each point, the rows whose population it belongs to, in order."""
        found: list[list[SpaceRow]] = [[] for _ in self.points]
        for _, row in sorted(self.rows.items()):
            for number in self.populations.get(row.population, ()):
                found[number].append(row)
        return tuple(tuple(rows) for rows in found)

    def yields(self, row: SpaceRow, other: SpaceRow) -> bool:
        """Return True if a row gives way to another where both apply."""
        pairs = {(other.guideline, row.guideline), (other.iri, row.iri)}
        narrower = (other.population, row.population) in self.narrower
        return bool(pairs & self.precedence) or (narrower and other.tier == row.tier)


def _figure(text: str | None) -> int | None:
    """Read a number of visits; what is not a whole number is a finding of the shapes."""
    return int(text) if text and WHOLE.fullmatch(text) else None


def members(knowledge: Knowledge, kind: str) -> list[str]:
    """List the named individuals that are of a class, asserted or entailed, sorted."""
    wanted = {kind}
    below = RDFS + "subClassOf"
    pairs = [
        (name_of(t.subject), name_of(t.object))
        for t in (*knowledge.facts, *knowledge.entailed)
        if t.predicate.value == below
    ]
    while more := {a for a, b in pairs if b in wanted} - wanted:
        wanted |= more
    return sorted(
        {
            name_of(t.subject)
            for t in (*knowledge.facts, *knowledge.entailed)
            if t.predicate == TYPE and name_of(t.object) in wanted
        }
    )
