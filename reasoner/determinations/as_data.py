"""A decision as plain data, for JSON and for templates."""

from __future__ import annotations

import hashlib
import json
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from reasoner.cases.canonical import canonical_case, canonical_hash
from reasoner.kernel.terms import mn, name_of, shorten

from .comparison_data import comparison_data
from .sentences import say

if TYPE_CHECKING:
    from reasoner.cases.intake import CaseReport
    from reasoner.kernel.derivation import Firing
    from reasoner.kernel.facts import Fact
    from reasoner.knowledge.base import Knowledge

    from .assess import Assessment
    from .conclude import Determination, Governing
    from .sentences import Saying, Source
    from .slots import Slot

Data = dict[str, object]
RECOMMENDED: Final = mn("Recommended").value
NOTICE_FOR: Final = mn("noticeFor")


def assessment_data(assessment: Assessment, knowledge: Knowledge, *, proof: bool = True) -> Data:
    """
    Write a decision as plain data.

    Args:
        assessment: The decision.
        knowledge: The knowledge base with which it was made.
        proof: Whether the steps of the proof are wanted too, and the case for a replay.

    Returns:
        Only dicts, lists, strings, numbers and booleans; the same decision gives the same data.
    """
    canonical = canonical_case(assessment.case)
    data: Data = {
        "case": assessment.case.iri,
        "name": assessment.case.iri.rstrip("/").rsplit("/", 1)[-1],
        "status": knowledge.label(RECOMMENDED),
        "report": report_data(assessment.report),
        "determinations": [
            _determination(d, assessment, knowledge, proof=proof) for d in assessment.determinations
        ],
        "provenance": {
            "caseDigest": assessment.case.digest,
            "caseHash": canonical_hash(canonical),
            "knowledgeDigest": assessment.knowledge_digest,
            "knowledgeVersion": assessment.knowledge_version,
            "engine": assessment.engine,
            **({"canonicalCase": canonical} if proof else {}),
            "asOf": assessment.as_of,
        },
    }
    return {**data, "digest": digest(data)}


def digest(data: Data) -> str:
    """Return the SHA-256 of plain data, less its digest, as canonical JSON: sorted, no spaces."""
    bare = {key: value for key, value in data.items() if key != "digest"}
    text = json.dumps(bare, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def report_data(report: CaseReport) -> Data:
    """Write the report of the shapes as plain data."""
    return {
        "conforms": report.conforms,
        "results": [
            {
                "severity": r.severity,
                "shape": r.shape,
                "focus": r.focus,
                "path": r.path,
                "value": r.value,
                "message": r.message,
            }
            for r in report.results
        ],
        "targets": dict(report.targets),
    }


def _determination(
    d: Determination, assessment: Assessment, knowledge: Knowledge, *, proof: bool
) -> Data:

    def said(sayings: tuple[Saying, ...]) -> list[Data]:
        return [_saying(s, d) for s in sayings]

    return {
        "id": d.iri,
        "request": d.request,
        "asked": {
            "treatment": d.treatment,
            "regions": list(d.regions),
            "visits": d.visits.requested,
            "visitsPerWeek": d.frequency[0] if d.frequency else None,
            "weeks": d.frequency[1] if d.frequency else None,
        },
        "venue": shorten(d.venue).split(":")[-1],
        "dates": _dates(d, assessment),
        "outcome": shorten(d.outcome).split(":")[-1],
        "adverse": knowledge.value(d.outcome, mn("adverse")) == "true",
        "label": d.label,
        "meaning": d.meaning,
        "dispositions": {
            "utilizationReview": d.dispositions[0],
            "independentMedicalReview": d.dispositions[1],
        },
        "recommended": {
            "utilizationReview": d.recommended[0],
            "independentMedicalReview": d.recommended[1],
        },
        "robust": d.robust,
        "robustness": d.robustness,
        "lawOf": d.law_of,
        "datedBy": d.dated_by,
        "governingDates": said(d.dates),
        "visits": _visits(d),
        "governing": [_governing(g, d) for g in d.governing],
        "administrator": said(d.administrator),
        "reasons": said(d.reasons),
        "search": said(d.search),
        "legal": said(d.legal),
        "otherwise": said(d.otherwise),
        "missing": [*said(d.missing), *_weak_points(d, assessment)],
        "changes": said(d.changes),
        "audit": said(d.audit),
        **comparison_data(assessment.comparisons.get(d.request), knowledge),
        "summary": said(d.summary),
        "documents": said(d.documents),
        "notices": [{**_saying(s, d), "after": _after(s, knowledge)} for s in d.notices],
        "slots": [_slot(slot, d, knowledge) for slot in d.slots],
        "sources": [_source(s, n) for n, s in enumerate(d.sources, start=1)],
        "proof": [step_data(f, knowledge) for f in d.proof] if proof else [],
    }


def _dates(d: Determination, assessment: Assessment) -> Data:
    """Give the dates that a letter names, each that records state; None for one that none does."""
    derivation = assessment.derivation
    review = derivation.value(assessment.case.iri, "urDecision") or ""

    def stated(subject: str, name: str) -> str | None:
        return " / ".join(v.value for v in derivation.values(subject, name)) or None

    return {
        "injured": stated(d.request, "onInjuryDate"),
        "requested": stated(d.request, "requestedOn"),
        "received": stated(d.request, "receivedOn"),
        "reviewed": stated(review, "decidedOn"),
    }


def _slot(slot: Slot, d: Determination, knowledge: Knowledge) -> Data:
    return {
        "slot": shorten(slot.iri).split(":")[-1],
        "term": slot.label,
        "question": slot.question,
        "evidence": slot.evidence,
        "filledBy": list(slot.filled_by),
        "judgedBy": list(slot.judged_by),
        "sources": d.numbers(slot),
        "answers": [
            {
                "answer": shorten(a.iri).split(":")[-1],
                "label": a.label,
                "meaning": a.meaning,
                "outcome": shorten(a.outcome).split(":")[-1],
                "outcomeLabel": knowledge.label(a.outcome),
                "supported": {"least": a.least, "most": a.most},
                "given": a.given,
            }
            for a in slot.answers
        ],
    }


def _after(notice: Saying, knowledge: Knowledge) -> list[str]:
    """List the outcomes after which a notice is given."""
    told = knowledge.described.get((notice.firing.bindings["notice"].value, NOTICE_FOR.value), ())
    return sorted(shorten(outcome.value).split(":")[-1] for outcome in told)


def _visits(d: Determination) -> Data:
    v = d.visits
    return {
        "prior": v.prior,
        "priorOpen": v.prior_open,
        "priorMost": v.prior_most,
        "authorized": v.authorized,
        "requested": v.requested,
        "total": v.total,
        "limit": v.limit,
        "largestLimit": v.largest,
        "trial": v.trial,
        "remaining": v.remaining,
        "supported": {"least": v.least, "most": v.most},
        "supportedPerWeek": v.per_week,
        "cap": v.cap,
        "countedTowardCap": v.capped,
        "policy": v.policy,
        "policyReason": v.policy_reason,
    }


def _saying(saying: Saying, d: Determination) -> Data:
    numbers = d.numbers(saying)
    return {
        "rule": saying.rule,
        "order": saying.order,
        "title": saying.title,
        "text": saying.text,
        "basis": saying.basis,
        "rationale": saying.rationale,
        "sources": numbers,
        "provisional": any(not d.sources[n - 1].verified for n in numbers),
    }


def _weak_points(d: Determination, assessment: Assessment) -> list[Data]:
    """Add the warnings of the shapes that no rule has told already."""
    told = {
        shorten(name_of(fact.object))
        for saying in (*d.missing, *d.legal)
        for fact in saying.firing.conclusions
        if fact.predicate.value.endswith("#missing")
    }
    known = any(s.rule == "MISS-01" for s in d.missing)
    others = set(assessment.case.requests) - {d.request}
    found: list[Data] = [
        {
            "rule": r.shape,
            "title": "",
            "text": r.message,
            "basis": "shapes/case.ttl",
            "rationale": "",
            "sources": [],
            "provisional": False,
        }
        for r in assessment.report.results
        if r.severity == "Warning"
        and r.path not in told
        and r.focus not in others
        and not (known and r.path == "mn:availability")
    ]
    return list({str(item["text"]): item for item in found}.values())


def _governing(g: Governing, d: Determination) -> Data:
    order = [s.iri for s in d.sources]
    return {
        "source": order.index(g.source.iri) + 1,
        "label": g.source.title,
        "guideline": g.source.edition,
        "population": g.population,
        "populationLabel": g.population_label,
        "figures": g.figures,
        "borrowedFrom": order.index(g.borrowed_from.iri) + 1 if g.borrowed_from else None,
        "verified": g.source.verified,
    }


def _source(source: Source, number: int) -> Data:
    return {
        "number": number,
        "iri": source.iri,
        "citation": source.citation,
        "title": source.title,
        "edition": source.edition,
        "verified": source.verified,
        "file": source.file,
        "seenAt": list(source.seen_at),
        "row": list(source.row),
    }


def step_data(firing: Firing, knowledge: Knowledge) -> Data:
    """Write one step of a proof as plain data."""
    return {
        "rule": firing.name,
        "text": say(firing, knowledge),
        "concludes": [fact_text(fact) for fact in firing.concluded],
        "from": [fact_text(fact) for fact in firing.rests_on],
        "absent": [" . ".join(fact_text(part) for part in group) for group in firing.absences],
        "file": firing.rule.path if firing.rule else "",
    }


def fact_text(fact: Fact) -> str:
    """Write a fact, or a pattern that is not all filled, with the prefixes of this project."""
    return " ".join(_short(term) for term in fact)


@lru_cache(maxsize=20_000)
def _short(term: str) -> str:
    return shorten(term[1:-1]) if term.startswith("<") else term.partition("^^")[0]
