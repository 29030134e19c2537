"""
Comparisons: the same request under other dates, other sets of sources, other counting policies.

Each variant is decided by the same rules in the same derivation. The sets, the policies and the
dates of change come from the knowledge base.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import pyoxigraph as ox

from reasoner.kernel.engine import derive
from reasoner.kernel.terms import LABEL, RDFS, TYPE, XSD
from reasoner.knowledge.terms import mn

from .outcome_rules import rules_for
from .readings import measured_of, robust_of, situations_of, supported_of
from .sentences import Sentence, sentences_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from reasoner.cases.read import CaseGraph
    from reasoner.kernel.derivation import Derivation
    from reasoner.knowledge.base import Knowledge

COMPARISONS: Final = ("timeline", "sources", "policies")
"""The comparisons that can be requested, in the order in which they are shown."""
SHOWN: Final = {"sources": "SourceViews", "policies": "CountingPolicies"}
COMMENT: Final = ox.NamedNode(RDFS + "comment")
POSITION: Final = mn("position")
DATE: Final = ox.NamedNode(XSD + "date")


@dataclass(frozen=True, slots=True, kw_only=True)
class Variant:
    """
    The request, decided in one other way, and its outcome.

    Attributes:
        iri: The variant; for the request as made, the request itself.
        name: The set of sources or the policy in words; empty for a date and for the request.
        note: What the knowledge base states about that set or policy.
        outcome: The IRI of the outcome.
        label: The outcome in words.
        robust: True if no completion of the open facts changes the answer; None if the request is
            not decided.
        governing: The recommendations that govern, sorted.
        limit: The smallest governing maximum; None if none is set.
        prior: Earlier visits that certainly count.
        prior_open: True if there may be more.
        supported: The fewest and the most visits that any reading of the record supports; None if
            the request is not decided.
        why: The sentences that explain a difference from the legal order.
    """

    iri: str
    name: str
    note: str
    outcome: str
    label: str
    robust: bool | None
    governing: tuple[str, ...]
    limit: int | None
    prior: int
    prior_open: bool
    supported: tuple[int, int] | None
    why: tuple[Sentence, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """
    A period in which the outcome of the request stays the same.

    Attributes:
        start: The first day; the day of injury for the first period.
        end: The first day of the next period; None for the last.
        variant: How the request is decided on each of these days.
        flips: True if the outcome differs from that of the previous period.
        used: True if the date that selects the law of the determination is in the period.
    """

    start: str
    end: str | None
    variant: Variant
    flips: bool
    used: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestComparison:
    """
    The comparisons of one request; a comparison that was not requested is empty.

    Attributes:
        timeline: The outcome as a step function of the date, from the day of injury on.
        sources: The legal order first, then each set of sources alone.
        policies: The default first, then each other counting policy.
    """

    timeline: tuple[Stretch, ...] = ()
    sources: tuple[Variant, ...] = ()
    policies: tuple[Variant, ...] = ()


def as_of_facts(requests: Iterable[str], date: str) -> tuple[ox.Triple, ...]:
    """Return the facts that set the day of law and guidelines of some requests."""
    return tuple(_fact(request, "asOf", ox.Literal(date, datatype=DATE)) for request in requests)


def compare(
    case: CaseGraph,
    knowledge: Knowledge,
    asserted: tuple[ox.Triple, ...],
    wanted: Iterable[str],
) -> dict[str, RequestComparison]:
    """
    Decide the variants of the requests of a case.

    Args:
        case: The case.
        knowledge: The knowledge base.
        asserted: The facts with which the case was decided.
        wanted: Some of `COMPARISONS`.

    Returns:
        The comparison of each request.
    """
    asked = set(wanted)
    shown = tuple(
        _fact(case.iri, "shows", mn(kind)) for name, kind in SHOWN.items() if name in asked
    )
    timeline = "timeline" in asked
    if not (shown or timeline):
        return {}
    derivation = derive(knowledge, asserted + shown, rules=rules_for(knowledge, "otherwise"))
    steps = _timelines(case, knowledge, derivation) if timeline else {}
    return {
        request: RequestComparison(
            timeline=steps.get(request, ()),
            sources=_listed(knowledge, derivation, request, "underView", asked & {"sources"}),
            policies=_listed(knowledge, derivation, request, "countsBy", asked & {"policies"}),
        )
        for request in case.requests
    }


def _fact(subject: str, name: str, value: ox.NamedNode | ox.Literal) -> ox.Triple:
    return ox.Triple(ox.NamedNode(subject), mn(name), value)


def _listed(
    knowledge: Knowledge, derivation: Derivation, request: str, by: str, asked: set[str]
) -> tuple[Variant, ...]:
    """List the request and its variants of one kind; empty if they were not requested."""
    if not asked:
        return ()
    variants = [
        variant
        for variant in derivation.subjects("variantOf", ox.NamedNode(request))
        if derivation.value(variant, by) not in {None, derivation.value(request, by)}
    ]
    variants.sort(key=lambda v: knowledge.value(derivation.value(v, by) or "", POSITION) or "")
    return tuple(_describe(knowledge, derivation, v, by) for v in (request, *variants))


def _describe(knowledge: Knowledge, derivation: Derivation, iri: str, by: str) -> Variant:
    way = derivation.value(iri, by)
    situations = situations_of(derivation, iri)
    measured = measured_of(derivation, iri)
    limits = [n for s in measured if (n := derivation.number(s, "smallestLimit")) is not None]
    outcome = derivation.value(iri, "outcome") or mn("NotDecided").value
    rows = {v.value for s in situations for v in derivation.values(s, "governedBy")}
    notes = [knowledge.value(way, p) for p in (COMMENT, mn("reason"))] if way else []
    return Variant(
        iri=iri,
        name=(knowledge.value(way, LABEL) or "") if way else "",
        note=" ".join(note for note in notes if note),
        outcome=outcome,
        label=knowledge.label(outcome),
        robust=robust_of(derivation, iri),
        governing=tuple(sorted(rows)),
        limit=min(limits, default=None),
        prior=derivation.number(iri, "priorAtLeast") or 0,
        prior_open=derivation.holds(iri, "priorOpen"),
        supported=supported_of(derivation, iri),
        why=sentences_of(derivation, knowledge, "otherwise", iri) if by == "underView" else (),
    )


def _timelines(
    case: CaseGraph, knowledge: Knowledge, first: Derivation
) -> dict[str, tuple[Stretch, ...]]:
    """Decide each request on each date of change, and repeat until no new date is found."""
    used = {r: first.value(r, "onDecisionDate") or "" for r in case.requests}
    born = {r: first.value(r, "onInjuryDate") or used[r] for r in case.requests}
    todo = {r: {min(born[r], used[r]), used[r]} for r in case.requests}
    found: dict[str, dict[str, Variant]] = {r: {} for r in case.requests}
    rules = rules_for(knowledge)
    asserted = tuple(t for t in case.triples if t.predicate != mn("request") and not _is_request(t))
    while any(todo.values()):
        facts = [
            fact
            for r, dates in todo.items()
            for d in sorted(dates)
            for fact in _dated(case.iri, r, d)
        ]
        derivation = derive(knowledge, (*asserted, *facts), rules=rules)
        for request, dates in todo.items():
            for date in dates:
                name = _at(request, date)
                found[request][date] = _describe(knowledge, derivation, name, "asOf")
            flips = {v.value for v in derivation.values(request, "flipDate")}
            todo[request] = {d for d in flips if d > born[request]} - set(found[request])
    return {r: _steps(found[r], used[r]) for r in case.requests}


def _is_request(fact: ox.Triple) -> bool:
    """Return True if a fact types its subject as a request: a timeline decides only variants."""
    return fact.predicate == TYPE and fact.object == mn("Request")


def _at(request: str, date: str) -> str:
    return f"{request}/as-of/{date}"


def _dated(case: str, request: str, date: str) -> tuple[ox.Triple, ...]:
    name = _at(request, date)
    return (
        *as_of_facts([name], date),
        _fact(name, "variantOf", ox.NamedNode(request)),
        _fact(case, "request", ox.NamedNode(name)),
        ox.Triple(ox.NamedNode(name), TYPE, mn("Request")),
    )


def _steps(found: dict[str, Variant], used: str) -> tuple[Stretch, ...]:
    """Merge adjacent dates with the same outcome into one period."""
    starts: list[str] = []
    for date in sorted(found):
        if not starts or _alike(found[date]) != _alike(found[starts[-1]]):
            starts.append(date)
    ends: list[str | None] = [*starts[1:], None]
    return tuple(
        Stretch(
            start=start,
            end=end,
            variant=found[start],
            flips=n > 0 and found[start].outcome != found[starts[n - 1]].outcome,
            used=start <= used and (end is None or used < end),
        )
        for n, (start, end) in enumerate(zip(starts, ends, strict=True))
    )


def _alike(v: Variant) -> tuple[object, ...]:
    return (v.outcome, v.robust, v.supported, v.governing, v.limit)
