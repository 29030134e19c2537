"""
Margins: how far the limit could move before the outcome of a request changes.

The outcome can change only where the sum of the visits, with or without those of other requests,
reaches the limit, or where the last visit under it is used up. The request is decided again on
both sides of each of these numbers, as a variant whose limit is moved, by the same rules.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import pyoxigraph as ox

from reasoner.kernel.engine import infer
from reasoner.kernel.terms import TYPE
from reasoner.knowledge.terms import mn

from .outcome_rules import rules_for
from .readings import completions, measured_of
from .wording import word

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from reasoner.kernel.derivation import Derivation
    from reasoner.knowledge.base import Knowledge

    from .sentences import Sentence

FIGURE: Final = "maximumVisits"
TOGETHER: Final = "CountedTogether"
ALONE: Final = "CountedAlone"


@dataclass(frozen=True, slots=True, kw_only=True)
class Margin:
    """
    How far the limit could move.

    Attributes:
        value: The limit that the source states.
        counted: The local name of the visits compared: `CountedTogether` or `CountedAlone`.
        holds_from: The smallest limit with the same outcome; None without a lower bound.
        holds_until: The largest limit with the same outcome, or the largest that the visits exceed
            if other grounds lead to the outcome beyond it; None without an upper bound.
        sentence: The margin in words.
    """

    value: int
    counted: str
    holds_from: int | None
    holds_until: int | None
    sentence: Sentence


@dataclass(frozen=True, slots=True, kw_only=True)
class _Figures:
    """The figures of one request: its limit, the requested visits, and each possible sum."""

    limit: int
    asked: int
    prior_possible: bool
    least_sum: int
    edges: tuple[int, ...]

    @property
    def tried(self) -> tuple[int, ...]:
        """The limits on both sides of each edge, other than the stated one."""
        sides = {side for edge in self.edges for side in (edge - 1, edge)}
        return tuple(sorted(side for side in sides if side >= 0 and side != self.limit))


def find_margins(
    knowledge: Knowledge,
    derivation: Derivation,
    requests: Iterable[str],
) -> Mapping[str, tuple[Margin, ...]]:
    """
    Find the margins of the requests of a case.

    Args:
        knowledge: The knowledge base.
        derivation: The derivation of the case.
        requests: The requests of the case.

    Returns:
        The margins by request; none for a request that is not decided, that no limit or more than
        one limit measures, or that has two dates.
    """
    measured = {r: figures for r in requests if (figures := _figures(derivation, r)) is not None}
    facts = [
        fact
        for request, figures in measured.items()
        for limit in figures.tried
        for fact in _moved(derivation, request, limit)
    ]
    if not measured:
        return {}
    moved = (
        infer(knowledge, (*derivation.asserted, *facts), rules=rules_for(knowledge))
        if facts
        else derivation
    )
    return {
        request: _margins(knowledge, derivation, moved, request, figures)
        for request, figures in measured.items()
    }


def _figures(derivation: Derivation, request: str) -> _Figures | None:
    situations = measured_of(derivation, request)
    names = ("smallestLimit", "largestLimit")
    limits = {derivation.number(s, name) for s in situations for name in names}
    asked = derivation.number(request, "requestedVisits")
    readings = derivation.subjects("readingOf", ox.NamedNode(request))
    if len(limits) != 1 or None in limits or asked is None or readings:
        return None
    (limit,) = limits
    if not limit:  # a treatment that is not recommended: no figure is compared
        return None
    prior = {derivation.number(s, "priorVisits") or 0 for s in completions(derivation, request)}
    others = derivation.number(request, "companionVisits") or 0
    edges = {
        edge
        for visits in prior
        for edge in (visits + 1, visits + asked, visits + asked + others, visits + others + 1)
    }
    return _Figures(
        limit=limit,
        asked=asked,
        prior_possible=max(prior, default=0) > 0,
        least_sum=min(prior, default=0) + asked,
        edges=tuple(sorted(edges)),
    )


def _name(request: str, limit: int) -> str:
    return f"{request}/limit/{limit}"


def _moved(derivation: Derivation, request: str, limit: int) -> Iterable[ox.Triple]:
    """Return the facts that make a variant of a request with another limit."""
    variant, original = ox.NamedNode(_name(request, limit)), ox.NamedNode(request)
    case = derivation.value(request, "ofCase") or ""
    return (
        ox.Triple(variant, TYPE, mn("Request")),
        ox.Triple(variant, mn("variantOf"), original),
        ox.Triple(variant, mn("movedLimit"), ox.Literal(limit)),
        ox.Triple(ox.NamedNode(case), mn("request"), variant),
        *(ox.Triple(variant, mn("asOf"), day) for day in derivation.values(request, "asOf")),
    )


def _margins(
    knowledge: Knowledge,
    derivation: Derivation,
    moved: Derivation,
    request: str,
    figures: _Figures,
) -> tuple[Margin, ...]:
    here = derivation.value(request, "outcome")
    alike = {
        limit: moved.value(_name(request, limit), "outcome") == here for limit in figures.tried
    }
    below = [limit for limit in figures.tried if limit < figures.limit and not alike[limit]]
    above = [limit for limit in figures.tried if limit > figures.limit and not alike[limit]]
    start, end = (max(below) + 1 if below else None), (min(above) - 1 if above else None)
    exceeds = figures.least_sum > figures.limit
    if exceeds and start is None and end is None:
        until, end = "holdsOtherwise", figures.least_sum - 1
    else:
        until = "holdsUntil"
    spans: list[tuple[str, str, int | None, int | None]] = [(TOGETHER, until, start, end)]
    if figures.asked > figures.limit and figures.prior_possible:
        spans.append((ALONE, "holdsUntil", None, figures.asked - 1))
    found = []
    for counted, until, start, end in spans:
        said = word(
            knowledge,
            _facts(derivation, request, figures, (counted, until, start, end)),
            "margin",
            request,
        )
        found += [
            Margin(
                value=figures.limit,
                counted=counted,
                holds_from=start,
                holds_until=end,
                sentence=sentence,
            )
            for sentence in said
        ]
    return tuple(found)


def _facts(
    derivation: Derivation,
    request: str,
    figures: _Figures,
    span: tuple[str, str, int | None, int | None],
) -> list[ox.Triple]:
    """Return the facts of one margin, for the rule that words it."""
    counted, until, start, end = span
    node = ox.NamedNode(f"{request}/margin/{counted}")
    rows = {
        row
        for situation in measured_of(derivation, request)
        for row in derivation.values(situation, "limitFrom")
    }
    bounds = (("holdsFrom", start), (until, end))
    return [
        ox.Triple(node, mn("marginOf"), ox.NamedNode(request)),
        ox.Triple(node, mn("marginCounted"), mn(counted)),
        ox.Triple(node, mn("marginFigure"), ox.Literal(figures.limit)),
        *(ox.Triple(node, mn("limitFrom"), row) for row in rows),
        *(ox.Triple(node, mn(name), ox.Literal(n)) for name, n in bounds if n is not None),
    ]
