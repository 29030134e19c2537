"""
The determination: what was decided about one request, as plain data.

It is read from a derivation; text, JSON, HTML and RDF are made from it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import pyoxigraph as ox

from reasoner.kernel.terms import DEFINITION, XSD
from reasoner.knowledge.terms import mn
from reasoner.knowledge.venues import dispositions_of, venues_of

from .accusations import admissible
from .deadlines import Deadline, deadlines_of
from .ledger import LedgerEntry, ledger_of
from .readings import outcome_of, situations_of
from .sentences import Sentence, Source, find_source, prove, sentences_of
from .settled import settle
from .slots import Slot, read_slots
from .visits import Visits, visits_of
from .wording import word_settled

if TYPE_CHECKING:
    from collections.abc import Mapping

    from reasoner.kernel.derivation import Derivation, Firing
    from reasoner.knowledge.base import Knowledge

    from .margins import Margin
    from .slots import Supposed

PROVEN: Final = (
    "administrator",
    "search",
    "undecided",
    "reason",
    "missing",
    "change",
    "decider",
    "legal",
    "ledger",
    "otherwise",
    "date",
    "audit",
)
"""The roles whose sentences are proven step by step in the determination."""
LEAVES_OUT: Final = mn("leavesOutRole").value
UNPROVEN: Final = ("summary", "document", "notice")
"""The roles that repeat facts of the case, or the law, for a letter."""
CITED: Final = (
    "undecided",
    "reason",
    "missing",
    "legal",
    "otherwise",
    "audit",
    "change",
    "decider",
    "administrator",
    "search",
    "date",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Governing:
    """
    A recommendation that governs the request.

    Attributes:
        source: The recommendation as a source.
        population: Its class expression, in functional style.
        population_label: What that class is called.
        figures: Its figures, or those of the row that it borrows from, by property name.
        borrowed_from: The row whose figures it borrows by judgment; None if they are its own.
        counts_only: The kind of care that the figures count; None if they count no single kind.
    """

    source: Source
    population: str
    population_label: str
    figures: dict[str, int]
    borrowed_from: Source | None
    counts_only: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Determination:
    """
    The outcome of one request, and why.

    Attributes:
        iri: The determination; made from the request's own IRI.
        request: The request in dispute.
        treatment: The requested treatment.
        regions: The parts of the body to treat, sorted.
        frequency: Visits a week and weeks; None if the request does not state them.
        outcome: The IRI of the outcome.
        label: The outcome in words.
        meaning: What the outcome means.
        deadlines: The time limits that run for the request.
        dispositions: The outcome in the terms of each venue, by the key of the venue.
        robust: True if the outcome and the number supported are the same under every admissible
            value of every open fact; None if the request is not decided.
        robustness: The sentence that states this, or that the request is not decided.
        as_made: The IRI of whether the request as made holds, fails or turns; empty if it is not
            decided.
        as_made_label: The same in words.
        margins: How far the limit could move before the outcome changes.
        law_of: The date under whose law the request was decided.
        dated_by: Which date that is.
        dates: The date that selects each family of sources, and why.
        visits: The arithmetic.
        governing: The recommendations that govern; several if they conflict or agree.
        administrator: What the claims administrator decided and cited.
        search: The search for the governing recommendation, step by step.
        reasons: The grounds, strongest first.
        missing: What is missing, and what it could change.
        changes: What would lead to a better outcome; each was decided by the same rules.
        would_decide: What would decide a request that is not decided; empty for any other.
        legal: Legal findings, kept apart from medical necessity.
        otherwise: The result under another counting policy, or under another possible date.
        audit: What an earlier decision departs from, and what is unusual in it (`admissible`).
        summary: The facts of the case, as a clinical summary.
        documents: The documents that the case names.
        notices: The notices to the reader of the letter of the venue.
        ledger: What each earlier course counts toward, and why.
        slots: The open terms that a person fills in, with the outcome under each answer.
        venue: The IRI of the venue that decides the request.
        recommended: What each venue does with the request, in the words of a recommendation, by
            the key of the venue: the disposition of the outcome, or that of a legal finding, such
            as a late application.
        sources: All sources cited, in the order of first mention.
        proof: The firings that all this rests on.
    """

    iri: str
    request: str
    treatment: str
    regions: tuple[str, ...]
    frequency: tuple[int, int] | None
    outcome: str
    label: str
    meaning: str
    dispositions: dict[str, str]
    robust: bool | None
    robustness: str
    as_made: str
    as_made_label: str
    margins: tuple[Margin, ...]
    law_of: str
    dated_by: str
    dates: tuple[Sentence, ...]
    visits: Visits
    governing: tuple[Governing, ...]
    administrator: tuple[Sentence, ...]
    search: tuple[Sentence, ...]
    reasons: tuple[Sentence, ...]
    missing: tuple[Sentence, ...]
    changes: tuple[Sentence, ...]
    would_decide: tuple[Sentence, ...]
    legal: tuple[Sentence, ...]
    otherwise: tuple[Sentence, ...]
    audit: tuple[Sentence, ...]
    summary: tuple[Sentence, ...]
    documents: tuple[Sentence, ...]
    notices: tuple[Sentence, ...]
    ledger: tuple[LedgerEntry, ...]
    slots: tuple[Slot, ...]
    deadlines: tuple[Deadline, ...]
    venue: str
    recommended: dict[str, str]
    sources: tuple[Source, ...]
    proof: tuple[Firing, ...]

    @property
    def is_decided(self) -> bool:
        """False if no text held here decides the request."""
        return self.visits.supported is not None

    def numbers(self, sentence: Sentence | Slot) -> list[int]:
        """Return the numbers of the sources that a sentence or a slot cites."""
        order = [source.iri for source in self.sources]
        return sorted(order.index(iri) + 1 for iri in sentence.sources)


def conclude(
    knowledge: Knowledge,
    derivation: Derivation,
    request: str,
    supposed: Supposed,
    margins: Mapping[str, tuple[Margin, ...]] | None = None,
) -> Determination:
    """
    Read the determination of one request from a derivation.

    Args:
        knowledge: The knowledge base.
        derivation: The derivation of the case.
        request: The request.
        supposed: What `suppose_answers` returned for the case.
        margins: What `find_margins` returned for the case; None to leave them out.

    Raises:
        OutcomesContradict: The rules conclude more than one outcome of the request.
    """
    outcome = outcome_of(knowledge, derivation, request)
    omitted = roles_left_out(knowledge, outcome)
    by_role = {
        role: () if role in omitted else sentences_of(derivation, knowledge, role, request)
        for role in (*PROVEN, *UNPROVEN)
    }
    by_role["audit"] = admissible(by_role["audit"], derivation, knowledge)
    governing = _governing(knowledge, derivation, request)
    everything = tuple(s for role in PROVEN for s in by_role[role])
    slots = read_slots(knowledge, derivation, request, supposed)
    settled = settle(knowledge, derivation, request, supposed)
    said = sentences_of(derivation, knowledge, "outcome", request)
    if settled.apart:
        said = word_settled(knowledge, derivation, request, settled)
    visits = visits_of(knowledge, derivation, request, settled.supported)
    found = (margins or {}).get(request, ())
    closed = {v.value for v in derivation.values(request, "closedVenue")}
    dispositions = dispositions_of(outcome, knowledge, closed=closed)
    return Determination(
        iri=f"{request}-determination",
        request=request,
        treatment=_label(knowledge, derivation.value(request, "treatment")),
        regions=tuple(
            sorted(knowledge.label(v.value) for v in derivation.values(request, "region"))
        ),
        frequency=_frequency(derivation, request),
        outcome=outcome,
        label=knowledge.label(outcome),
        meaning=knowledge.value(outcome, DEFINITION) or "",
        dispositions={v: _label(knowledge, iri) for v, iri in dispositions.items()},
        recommended={
            v: knowledge.value(iri, mn("recommendedAs")) or ""
            for v, iri in recommended_at(knowledge, derivation, request, dispositions).items()
        },
        robust=settled.robust,
        robustness=" ".join(s.text for s in said),
        as_made=settled.made,
        as_made_label=_label(knowledge, settled.made),
        margins=found,
        law_of=derivation.value(request, "onDecisionDate") or "",
        dated_by=_dated_by(derivation, request),
        dates=by_role["date"],
        visits=visits,
        governing=governing,
        administrator=by_role["administrator"],
        search=by_role["search"],
        reasons=(*by_role["undecided"], *by_role["reason"]),
        missing=by_role["missing"],
        changes=by_role["change"],
        would_decide=by_role["decider"],
        legal=by_role["legal"],
        otherwise=by_role["otherwise"],
        audit=by_role["audit"],
        summary=by_role["summary"],
        documents=by_role["document"],
        notices=by_role["notice"],
        ledger=ledger_of(knowledge, derivation, request),
        slots=slots,
        venue=derivation.value(request, "venue") or "",
        sources=_sources(
            knowledge,
            governing,
            by_role,
            slots,
            (
                *visits.figures_from,
                *visits.limit_from,
                *(iri for margin in found for iri in margin.sentence.sources),
            ),
            derivation.value(request, "onDecisionDate") or "",
        ),
        deadlines=deadlines_of(derivation, request),
        proof=_proof(derivation, request, (*said, *everything)),
    )


def roles_left_out(knowledge: Knowledge, outcome: str) -> frozenset[str]:
    """Return the roles whose sentences are not reported with an outcome, as the outcome states."""
    return frozenset(v.value for v in knowledge.described.get((outcome, LEAVES_OUT), ()))


def _proof(
    derivation: Derivation, request: str, sentences: tuple[Sentence, ...]
) -> tuple[Firing, ...]:
    """Collect the firings behind an outcome and some sentences, and those that they rest on."""
    known = {id(firing) for firing in derivation.firings}
    firings = [s.firing for s in sentences if id(s.firing) in known]
    for name in ("outcome", "robust", "madeAnswer"):
        for value in derivation.values(request, name):
            fact = ox.Triple(ox.NamedNode(request), mn(name), value)
            if firing := derivation.firing_of(fact):
                firings.append(firing)
    below = prove(derivation, [fact for firing in firings for fact in firing.rests_on])
    return derivation.in_order((*firings, *below))


def recommended_at(
    knowledge: Knowledge, derivation: Derivation, request: str, dispositions: Mapping[str, str]
) -> dict[str, str]:
    """
    Return what each venue does with a request, as dispositions by the key of the venue.

    Args:
        knowledge: The knowledge base.
        derivation: The derivation of the case.
        request: The request.
        dispositions: The disposition of the outcome at each venue. A legal finding, such as a late
            application, replaces that of its venue and adds none.
    """
    apart = {
        venue.key: disposition.value
        for disposition in derivation.values(request, "disposedAs")
        for venue in venues_of(knowledge)
        if knowledge.value(disposition.value, mn("atVenue")) == venue.iri
    }
    return {venue: apart.get(venue, iri) for venue, iri in dispositions.items()}


def _label(knowledge: Knowledge, iri: str | None) -> str:
    return knowledge.label(iri) if iri else ""


def _frequency(derivation: Derivation, request: str) -> tuple[int, int] | None:
    rate = derivation.number(request, "visitsPerWeek")
    weeks = derivation.number(request, "weeks")
    return (rate, weeks) if rate is not None and weeks is not None else None


def _dated_by(derivation: Derivation, request: str) -> str:
    """State why that date selects the law, in the words of its rule."""
    date = derivation.value(request, "onDecisionDate")
    if date is None:
        return ""
    literal = ox.Literal(date, datatype=ox.NamedNode(XSD + "date"))
    firing = derivation.firing_of(ox.Triple(ox.NamedNode(request), mn("onDecisionDate"), literal))
    return firing.rule.title if firing and firing.rule else ""


def _governing(knowledge: Knowledge, derivation: Derivation, request: str) -> tuple[Governing, ...]:
    names = sorted(
        {
            value.value
            for situation in situations_of(derivation, request)
            for value in derivation.values(situation, "governedBy")
        }
    )
    return tuple(_governing_one(knowledge, name) for name in names)


def _governing_one(knowledge: Knowledge, iri: str) -> Governing:
    row = knowledge.value(iri, mn("sameLimitAs")) or knowledge.value(iri, mn("carriedFrom"))
    population = knowledge.value(iri, mn("population")) or ""
    figures = {
        name: int(value)
        for name in (
            "minimumVisits",
            "maximumVisits",
            "withinWeeks",
            "maximumPerWeek",
            "trialVisits",
        )
        if (value := knowledge.value(row or iri, mn(name))) is not None
    }
    return Governing(
        source=find_source(iri, knowledge),
        population=next((p.expression for p in knowledge.populations if p.iri == population), ""),
        population_label=knowledge.label(population),
        figures=figures,
        borrowed_from=find_source(row, knowledge) if row else None,
        counts_only=_label(knowledge, knowledge.value(row or iri, mn("countsOnly"))) or None,
    )


def _sources(
    knowledge: Knowledge,
    governing: tuple[Governing, ...],
    by_role: dict[str, tuple[Sentence, ...]],
    slots: tuple[Slot, ...],
    limit_from: tuple[str, ...],
    day: str,
) -> tuple[Source, ...]:
    order: dict[str, None] = {}
    for item in governing:
        if item.borrowed_from:
            order[item.borrowed_from.iri] = None
        order[item.source.iri] = None
    order |= dict.fromkeys(limit_from)
    for role in CITED:
        for sentence in by_role[role]:
            order.update(dict.fromkeys(sentence.sources))
    for slot in slots:
        order.update(dict.fromkeys(slot.sources))
    for sentence in (*by_role["notice"], *by_role["summary"]):
        order.update(dict.fromkeys(sentence.sources))
    return tuple(find_source(iri, knowledge, day) for iri in order)
