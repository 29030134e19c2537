"""A decision as plain data, for JSON and for templates."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from .explain import say
from .terms import name_of, shorten

if TYPE_CHECKING:
    from .decide import Decision
    from .derivation import Firing
    from .determination import Determination, Governing
    from .explain import Saying, Source
    from .facts import Fact
    from .intake import CaseReport
    from .knowledge import Knowledge

Data = dict[str, object]


def decision_data(decision: Decision, knowledge: Knowledge, *, proof: bool = True) -> Data:
    """
    Write a decision as plain data.

    Args:
        decision: The decision.
        knowledge: The knowledge base with which it was made.
        proof: Whether the steps of the proof are wanted too.

    Returns:
        Only dicts, lists, strings, numbers and booleans; the same decision gives the same data.
    """
    return {
        "case": decision.case.iri,
        "name": decision.case.iri.rstrip("/").rsplit("/", 1)[-1],
        "status": "recommendation, awaits a physician's decision",
        "report": report_data(decision.report),
        "determinations": [
            _determination(d, decision, knowledge, proof=proof) for d in decision.determinations
        ],
        "provenance": {
            "caseDigest": decision.case.digest,
            "knowledgeDigest": decision.knowledge_digest,
            "engine": decision.engine,
        },
    }


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
    d: Determination, decision: Decision, knowledge: Knowledge, *, proof: bool
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
        "outcome": shorten(d.outcome).split(":")[-1],
        "label": d.label,
        "meaning": d.meaning,
        "dispositions": {
            "utilizationReview": d.dispositions[0],
            "independentMedicalReview": d.dispositions[1],
        },
        "robust": d.robust,
        "robustness": d.robustness,
        "lawOf": d.law_of,
        "datedBy": d.dated_by,
        "visits": _visits(d),
        "governing": [_governing(g, d) for g in d.governing],
        "administrator": said(d.administrator),
        "reasons": said(d.reasons),
        "search": said(d.search),
        "legal": said(d.legal),
        "missing": [*said(d.missing), *_weak_points(d, decision)],
        "changes": said(d.changes),
        "audit": said(d.audit),
        "sources": [_source(s, n) for n, s in enumerate(d.sources, start=1)],
        "proof": [step_data(f, knowledge) for f in d.proof] if proof else [],
    }


def _visits(d: Determination) -> Data:
    v = d.visits
    return {
        "prior": v.prior,
        "priorOpen": v.prior_open,
        "authorized": v.authorized,
        "requested": v.requested,
        "total": v.total,
        "limit": v.limit,
        "largestLimit": v.largest,
        "trial": v.trial,
        "remaining": v.remaining,
        "supported": {"least": v.least, "most": v.most},
        "cap": v.cap,
        "countedTowardCap": v.capped,
        "policy": v.policy,
    }


def _saying(saying: Saying, d: Determination) -> Data:
    numbers = d.numbers(saying)
    return {
        "rule": saying.rule,
        "title": saying.title,
        "text": saying.text,
        "basis": saying.basis,
        "sources": numbers,
        "provisional": any(not d.sources[n - 1].verified for n in numbers),
    }


def _weak_points(d: Determination, decision: Decision) -> list[Data]:
    """Add the warnings of the shapes that no rule has told already."""
    told = {
        shorten(name_of(fact.object))
        for saying in (*d.missing, *d.legal)
        for fact in saying.firing.conclusions
        if fact.predicate.value.endswith("#missing")
    }
    known = any(s.rule == "MISS-01" for s in d.missing)
    others = set(decision.case.requests) - {d.request}
    found: list[Data] = [
        {
            "rule": r.shape,
            "title": "",
            "text": r.message,
            "basis": "shapes/case.ttl",
            "sources": [],
            "provisional": False,
        }
        for r in decision.report.results
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
