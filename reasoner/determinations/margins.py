"""
Margins: how far a figure could move before what it decides changes.

The outcome can change only where a sum of visits, with or without those of other requests, reaches
the figure, or where the last visit under it is used up. The requests are decided again on both
sides of each of these numbers, by the same rules, with the row that states the figure moved.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import pyoxigraph as ox

from reasoner.knowledge.terms import mn

from .moved import LEGAL, MOVED_LIMIT, MOVED_TRIAL, MovedFigures
from .readings import completions, measured_of
from .wording import word

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from reasoner.kernel.derivation import Derivation
    from reasoner.knowledge.base import Knowledge

    from .sentences import Sentence

LIMIT: Final = "LimitFigure"
TRIAL: Final = "TrialFigure"
CAP: Final = "CapFigure"
TOGETHER: Final = "CountedTogether"
ALONE: Final = "CountedAlone"
STATED: Final = {LIMIT: "maximumVisits", TRIAL: "trialVisits", CAP: "maximumVisits"}
MOVED: Final = {LIMIT: MOVED_LIMIT, TRIAL: MOVED_TRIAL, CAP: MOVED_LIMIT}


@dataclass(frozen=True, slots=True, kw_only=True)
class Margin:
    """
    How far a figure could move.

    Attributes:
        figure: The local name of the kind of figure: `LimitFigure`, `TrialFigure` or `CapFigure`.
        value: The figure that the source states.
        counted: The local name of the visits compared: `CountedTogether` or `CountedAlone`.
        holds_from: The smallest figure with the same result; None without a lower bound.
        holds_until: The largest figure with the same result, or the largest that the visits exceed
            if other grounds lead to the result beyond it; None without an upper bound.
        sentence: The margin in words.
    """

    figure: str
    value: int
    counted: str
    holds_from: int | None
    holds_until: int | None
    sentence: Sentence


@dataclass(frozen=True, slots=True, kw_only=True)
class MarginFigure:
    """
    One figure that measures one request.

    Attributes:
        kind: `LIMIT`, `TRIAL` or `CAP`.
        request: The request.
        value: What the rows state.
        rows: The rows, or the cap, that state it.
        edges: The numbers at which the result can change.
        asked: The requested visits.
        prior_possible: True if earlier visits can count.
        least_sum: The fewest visits with those requested.
    """

    kind: str
    request: str
    value: int
    rows: frozenset[str]
    edges: frozenset[int]
    asked: int
    prior_possible: bool
    least_sum: int

    @property
    def tried(self) -> tuple[int, ...]:
        """The numbers on both sides of each edge, other than the stated one."""
        sides = {side for edge in self.edges for side in (edge - 1, edge)}
        return tuple(sorted(side for side in sides if side >= 0 and side != self.value))


def find_margins(
    knowledge: Knowledge,
    derivation: Derivation,
    requests: Iterable[str],
) -> Mapping[str, tuple[Margin, ...]]:
    """
    Find the margins of the requests of a case.

    Args:
        knowledge: The knowledge base.
        derivation: The derivation of the case, with its firings.
        requests: The requests of the case.

    Returns:
        The margins by request that is decided: of each limit and trial that measures it, and of
        the cap that counts it.
    """
    moved = MovedFigures(knowledge, derivation)
    found: dict[str, tuple[Margin, ...]] = {}
    for request in requests:
        if derivation.holds(request, "undecided"):
            continue
        figures = find_figures(knowledge, derivation, request)
        margins = [m for f in figures for m in _margins(knowledge, derivation, moved, f)]
        if margins:
            found[request] = tuple(margins)
    return found


def find_figures(knowledge: Knowledge, derivation: Derivation, request: str) -> list[MarginFigure]:
    """Return the limits, the trials and the cap that measure a request, in this order."""
    return [*_measures(knowledge, derivation, request), *_caps(derivation, request)]


def _measures(knowledge: Knowledge, derivation: Derivation, request: str) -> list[MarginFigure]:
    """Return the limits, then the trials, that measure a request under any reading."""
    asked = derivation.number(request, "requestedVisits")
    made = (request, *derivation.subjects("readingOf", ox.NamedNode(request)))
    situations = [s for one in made for s in measured_of(derivation, one)]
    if asked is None or not situations:
        return []
    prior = {derivation.number(s, "priorVisits") or 0 for s in completions(derivation, request)}
    others = derivation.number(request, "companionVisits") or 0
    sums = {n for p in prior for n in (p + 1, p + asked, p + asked + others, p + others + 1)}
    parts = {n for s in situations if (n := derivation.number(s, "courseDividedBy"))}
    trials = {n for s in situations if (n := derivation.number(s, "gatedTrial"))}
    edges = sums | {part * n for part in parts for n in sums}
    stated: dict[str, dict[int, set[str]]] = {LIMIT: {}, TRIAL: {}}
    for kind, role in ((LIMIT, "limitFrom"), (TRIAL, "gatedBy")):
        for situation in situations:
            if kind == TRIAL and derivation.number(situation, "courseDividedBy"):
                continue  # A part of the limit, which is moved with it.
            for row in derivation.values(situation, role):
                number = knowledge.value(row.value, mn(STATED[kind]))
                if number and int(number):  # 0: the treatment is not recommended.
                    stated[kind].setdefault(int(number), set()).add(row.value)
    return [
        MarginFigure(
            kind=kind,
            request=request,
            value=value,
            rows=frozenset(rows),
            edges=frozenset(
                edges | {n for other in {*values, *trials} - {value} for n in (other, other + 1)}
            ),
            asked=asked,
            prior_possible=max(prior, default=0) > 0,
            least_sum=min(prior, default=0) + asked,
        )
        for kind, values in stated.items()
        for value, rows in sorted(values.items())
    ]


def _caps(derivation: Derivation, request: str) -> list[MarginFigure]:
    """Return the cap that counts the visits of a request, if its use is known."""
    figure = derivation.number(request, "capFigure")
    least = derivation.number(request, "capUseLeast")
    alone = derivation.number(request, "capUseAlone")
    caps = frozenset(cap.value for cap in derivation.values(request, "cappedBy"))
    if figure is None or least is None or alone is None:
        return []
    most = derivation.number(request, "capUseMost")
    lifts = {0}
    for name in ("capAllows", "capAllowsMost"):
        lifts.add((derivation.number(request, name) or figure) - figure)
    used = {n for n in (least, alone, most) if n is not None}
    return [
        MarginFigure(
            kind=CAP,
            request=request,
            value=figure,
            rows=caps,
            edges=frozenset(n - lift for n in used for lift in lifts),
            asked=derivation.number(request, "requestedVisits") or 0,
            prior_possible=False,
            least_sum=least,
        )
    ]


def _margins(
    knowledge: Knowledge, derivation: Derivation, moved: MovedFigures, f: MarginFigure
) -> list[Margin]:
    legal = f.kind == CAP
    name = LEGAL if legal else "outcome"
    here = set(derivation.values(f.request, name))

    def alike(number: int) -> bool:
        other = moved.decided(MOVED[f.kind], f.rows, number, legal=legal)
        return set(other.values(f.request, name)) == here

    below = next((n for n in reversed(f.tried) if n < f.value and not alike(n)), None)
    above = next((n for n in f.tried if n > f.value and not alike(n)), None)
    start, end = (None if below is None else below + 1), (None if above is None else above - 1)
    until = "holdsUntil"
    if f.kind == LIMIT and f.least_sum > f.value and start is None and end is None:
        until, end = "holdsOtherwise", f.least_sum - 1
    spans: list[tuple[str, str, int | None, int | None]] = [(TOGETHER, until, start, end)]
    if f.kind == LIMIT and f.asked > f.value and f.prior_possible:
        spans.append((ALONE, "holdsUntil", None, f.asked - 1))
    return [
        Margin(
            figure=f.kind,
            value=f.value,
            counted=span[0],
            holds_from=span[2],
            holds_until=span[3],
            sentence=sentence,
        )
        for span in spans
        for sentence in word(knowledge, _facts(f, span), "margin", f.request)
    ]


def _facts(f: MarginFigure, span: tuple[str, str, int | None, int | None]) -> list[ox.Triple]:
    """Return the facts of one margin, for the rule that words it."""
    counted, until, start, end = span
    node = ox.NamedNode(f"{f.request}/margin/{f.kind}/{f.value}/{counted}")
    bounds = (("holdsFrom", start), (until, end))
    return [
        ox.Triple(node, mn("marginOf"), ox.NamedNode(f.request)),
        ox.Triple(node, mn("marginOn"), mn(f.kind)),
        ox.Triple(node, mn("marginCounted"), mn(counted)),
        ox.Triple(node, mn("marginFigure"), ox.Literal(f.value)),
        *(ox.Triple(node, mn("limitFrom"), ox.NamedNode(row)) for row in sorted(f.rows)),
        *(ox.Triple(node, mn(name), ox.Literal(n)) for name, n in bounds if n is not None),
    ]
