"""An assessment as data: the typed model of its JSON document, filled from the derivation."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgspec
from msgspec import UNSET

from reasoner.cases.canonical import canonical_case, canonical_hash
from reasoner.kernel.terms import name_of
from reasoner.knowledge.terms import mn, shorten
from reasoner.knowledge.venues import venues_of

from .comparison_data import describe_span, describe_timeline, describe_variant
from .data import (
    AnswerData,
    AskedData,
    AssessmentData,
    DatesData,
    DeterminationData,
    FiguresData,
    GoverningData,
    LedgerEntryData,
    LedgerTowardData,
    MarginData,
    NoticeData,
    ProvenanceData,
    SentenceData,
    SlotData,
    SourceData,
    VenueData,
    VerificationData,
    VisitsData,
)
from .deadlines import describe_deadline
from .margins import ALONE, CAP, LIMIT, TOGETHER, TRIAL
from .report_data import describe_report
from .step_data import describe_step

if TYPE_CHECKING:
    from collections.abc import Iterable

    from reasoner.knowledge.base import Knowledge

    from .assess import Assessment
    from .conclude import Determination, Governing
    from .ledger import LedgerEntry
    from .margins import Margin
    from .sentences import Sentence, Source
    from .slots import Slot

COUNTED: Final = {TOGETHER: "together", ALONE: "alone"}
FIGURES: Final = {LIMIT: "maximumVisits", TRIAL: "trialVisits", CAP: "cap"}
RECOMMENDED: Final = mn("Recommended").value
REJECTS: Final = mn("rejects")
NOTICE_FOR: Final = mn("noticeFor")


def describe_assessment(
    assessment: Assessment, knowledge: Knowledge, *, proof: bool = True
) -> AssessmentData:
    """
    Describe an assessment as data.

    Args:
        assessment: The assessment.
        knowledge: The knowledge base with which it was made.
        proof: True to include the steps of the proof, and the case for a replay.

    Returns:
        The same data for the same assessment.
    """
    canonical = canonical_case(assessment.case)
    provenance = ProvenanceData(
        case_digest=assessment.case.digest,
        case_hash=canonical_hash(canonical),
        knowledge_digest=assessment.knowledge_digest,
        knowledge_version=assessment.knowledge_version,
        engine=assessment.engine,
        as_of=assessment.as_of,
        **({"canonical_case": canonical} if proof else {}),
    )
    return AssessmentData(
        case=assessment.case.iri,
        name=assessment.case.iri.rstrip("/").rsplit("/", 1)[-1],
        status=knowledge.label(RECOMMENDED),
        report=describe_report(assessment.report),
        determinations=[
            _determination(d, assessment, knowledge, proof=proof) for d in assessment.determinations
        ],
        provenance=provenance,
    )


def _determination(
    d: Determination, assessment: Assessment, knowledge: Knowledge, *, proof: bool
) -> DeterminationData:

    def as_data(sentences: tuple[Sentence, ...]) -> list[SentenceData]:
        return [_sentence(s, d) for s in sentences]

    found = assessment.comparisons.get(d.request)
    return DeterminationData(
        id=d.iri,
        request=d.request,
        asked=AskedData(
            treatment=d.treatment,
            regions=list(d.regions),
            visits=d.visits.requested,
            visits_per_week=d.frequency[0] if d.frequency else None,
            weeks=d.frequency[1] if d.frequency else None,
        ),
        venue=_local(d.venue),
        dates=_dates(d, assessment),
        outcome=_local(d.outcome),
        adverse=knowledge.value(d.outcome, mn("adverse")) == "true",
        rejects=[v.value for v in knowledge.described.get((d.outcome, REJECTS.value), ())],
        label=d.label,
        meaning=d.meaning,
        dispositions=d.dispositions,
        recommended=d.recommended,
        venues=[
            VenueData(key=v.key, label=v.label, notation=v.notation) for v in venues_of(knowledge)
        ],
        robust=d.robust,
        robustness=d.robustness,
        as_made=_local(d.as_made) if d.as_made else "",
        as_made_label=d.as_made_label,
        margin=[_margin(margin, d) for margin in d.margins],
        law_of=d.law_of,
        dated_by=d.dated_by,
        governing_dates=as_data(d.dates),
        visits=_visits(d),
        governing=[_governing(g, d) for g in d.governing],
        administrator=as_data(d.administrator),
        reasons=as_data(d.reasons),
        search=as_data(d.search),
        legal=as_data(d.legal),
        otherwise=as_data(d.otherwise),
        missing=[*as_data(d.missing), *_warnings(d, assessment)],
        changes=as_data(d.changes),
        would_decide=as_data(d.would_decide),
        audit=as_data(d.audit),
        timeline=describe_timeline(found.timeline if found else (), knowledge),
        sources_alone=[describe_variant(v, knowledge) for v in (found.sources if found else ())],
        policies=[describe_variant(v, knowledge) for v in (found.policies if found else ())],
        summary=as_data(d.summary),
        documents=as_data(d.documents),
        notices=[_notice(s, d, knowledge) for s in d.notices],
        slots=[_slot(slot, d, knowledge) for slot in d.slots],
        deadlines=[describe_deadline(one, d.law_of, knowledge) for one in d.deadlines],
        sources=[_source(s, n) for n, s in enumerate(d.sources, start=1)],
        proof=[describe_step(f, knowledge) for f in d.proof] if proof else [],
        ledger=[_entry(entry) for entry in d.ledger],
    )


def _local(iri: str) -> str:
    return shorten(iri).split(":")[-1]


def _dates(d: Determination, assessment: Assessment) -> DatesData:
    derivation = assessment.derivation
    review = derivation.value(assessment.case.iri, "initialReview") or ""

    def stated(subject: str, name: str) -> str | None:
        return " / ".join(v.value for v in derivation.values(subject, name)) or None

    return DatesData(
        injured=stated(d.request, "onInjuryDate"),
        requested=stated(d.request, "requestedOn"),
        received=stated(d.request, "receivedOn"),
        reviewed=stated(review, "decidedOn"),
    )


def _slot(slot: Slot, d: Determination, knowledge: Knowledge) -> SlotData:
    return SlotData(
        slot=_local(slot.iri),
        term=slot.label,
        question=slot.question,
        evidence=slot.evidence,
        filled_by=list(slot.filled_by),
        judged_by=list(slot.judged_by),
        sources=d.numbers(slot),
        answers=[
            AnswerData(
                answer=_local(a.iri),
                label=a.label,
                meaning=a.meaning,
                outcome=_local(a.outcome),
                outcome_label=knowledge.label(a.outcome),
                supported=describe_span(a.supported),
                given=a.given,
            )
            for a in slot.answers
        ],
        open=slot.is_open,
    )


def _entry(entry: LedgerEntry) -> LedgerEntryData:
    return LedgerEntryData(
        course=entry.course,
        label=entry.label,
        treatment=entry.treatment,
        regions=list(entry.regions),
        least=entry.least,
        most=entry.most,
        certainty=_local(entry.certainty),
        first_visit=entry.first_visit,
        last_visit=entry.last_visit,
        injury=entry.injury,
        operation=entry.operation,
        toward=[
            LedgerTowardData(
                toward=item.figure.key,
                label=item.figure.label,
                counts=item.counts,
                least=item.least,
                most=item.most,
                rule=item.firing.name,
                text=item.text,
            )
            for item in entry.toward
        ],
    )


def _visits(d: Determination) -> VisitsData:
    v = d.visits
    return VisitsData(
        prior=v.prior,
        prior_open=v.prior_open,
        prior_most=v.prior_most,
        authorized=v.authorized,
        requested=v.requested,
        total=v.total,
        limit=v.limit,
        limit_from=[n for n, s in enumerate(d.sources, 1) if s.iri in v.limit_from],
        figures_from=[n for n, s in enumerate(d.sources, 1) if s.iri in v.figures_from],
        largest_limit=v.largest,
        trial=v.trial,
        remaining=v.remaining,
        supported=describe_span(v.supported),
        supported_per_week=v.per_week,
        cap=v.cap,
        counted_toward_cap=v.capped,
        policy=v.policy,
        policy_reason=v.policy_reason,
    )


def _sentence(sentence: Sentence, d: Determination) -> SentenceData:
    numbers = d.numbers(sentence)
    return SentenceData(
        rule=sentence.rule,
        order=sentence.order,
        weight=sentence.weight,
        topic=sentence.topic,
        argues=sentence.argues,
        kind=sentence.kind or UNSET,
        title=sentence.title,
        text=sentence.text,
        basis=sentence.basis,
        rationale=sentence.rationale,
        sources=numbers,
        provisional=any(not d.sources[n - 1].verified for n in numbers),
        marks=_marks(d.sources[n - 1] for n in numbers),
        brief=sentence.brief or UNSET,
        covered=list(sentence.covered) or UNSET,
    )


def _margin(margin: Margin, d: Determination) -> MarginData:
    sentence = msgspec.structs.asdict(_sentence(margin.sentence, d))
    return MarginData(
        **sentence,
        figure=FIGURES[margin.figure],
        value=margin.value,
        counted=COUNTED[margin.counted],
        holds_from=margin.holds_from,
        holds_until=margin.holds_until,
    )


def _marks(sources: Iterable[Source]) -> list[str]:
    return sorted({mark for source in sources for mark in source.marks})


def _notice(sentence: Sentence, d: Determination, knowledge: Knowledge) -> NoticeData:
    """Describe a notice with the outcomes after which it is given."""
    found = _sentence(sentence, d)
    notice = sentence.firing.bindings["notice"].value
    after = knowledge.described.get((notice, NOTICE_FOR.value), ())
    return NoticeData(
        rule=found.rule,
        order=found.order,
        weight=found.weight,
        topic=found.topic,
        argues=found.argues,
        title=found.title,
        text=found.text,
        basis=found.basis,
        rationale=found.rationale,
        sources=found.sources,
        provisional=found.provisional,
        marks=found.marks,
        after=sorted(_local(outcome.value) for outcome in after),
    )


def _warnings(d: Determination, assessment: Assessment) -> list[SentenceData]:
    """
    List the warnings of the shapes that no sentence about this request reports.

    A sentence reports a warning if its rule concludes that this property is missing, or rests on
    what the case states of this node by this property. The case itself does not count as such a
    node: its properties have many values, and the sentence may be about another one.
    """
    warned = [r for r in assessment.report.results if r.severity == "Warning"]
    if not warned:
        return []
    sentences = (*d.missing, *d.legal)
    missing = {
        shorten(name_of(fact.object))
        for sentence in sentences
        for fact in sentence.firing.conclusions
        if fact.predicate.value.endswith("#missing")
    }
    derivation = assessment.derivation
    reported = {
        (_bare(fact[0]), shorten(_bare(fact[1])))
        for rule in {sentence.rule for sentence in sentences}
        for firing in derivation.by_rule(rule)
        for fact in firing.rests_on
        if derivation.firing_of(fact) is None and _bare(fact[0]) != assessment.case.iri
    }
    others = set(assessment.case.requests) - {d.request}
    found = {
        r.message: SentenceData(
            rule=r.shape,
            title="",
            text=r.message,
            basis="shapes/case.ttl",
            rationale="",
            sources=[],
            provisional=False,
        )
        for r in warned
        if r.path not in missing and r.focus not in others and (r.focus, r.path) not in reported
    }
    return list(found.values())


def _bare(term: str) -> str:
    return term.removeprefix("<").removesuffix(">")


def _governing(g: Governing, d: Determination) -> GoverningData:
    order = [s.iri for s in d.sources]
    figures = g.figures
    return GoverningData(
        source=order.index(g.source.iri) + 1,
        label=g.source.title,
        guideline=g.source.edition,
        population=g.population,
        population_label=g.population_label,
        figures=FiguresData(
            minimum_visits=figures.get("minimumVisits"),
            maximum_visits=figures.get("maximumVisits"),
            within_weeks=figures.get("withinWeeks"),
            maximum_per_week=figures.get("maximumPerWeek"),
            trial_visits=figures.get("trialVisits"),
            counts_only=g.counts_only,
        ),
        borrowed_from=order.index(g.borrowed_from.iri) + 1 if g.borrowed_from else None,
        verified=g.source.verified,
    )


def _source(source: Source, number: int) -> SourceData:
    return SourceData(
        number=number,
        iri=source.iri,
        citation=source.citation,
        title=source.title,
        edition=source.edition,
        verified=source.verified,
        seen=source.seen,
        marks=list(source.marks),
        file=source.file,
        seen_at=list(source.seen_at),
        row=list(source.row),
        records=[
            VerificationData(by=r.by, on=r.on, page=r.page, line=r.line, source_hash=r.source)
            for r in source.records
        ]
        or UNSET,
    )
