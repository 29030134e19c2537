"""The audit of a case: who decided what, agreements and departures, each with its passages."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from msgspec import structs
from pyoxigraph import NamedNode

from reasoner.determinations.accusations import accuses
from reasoner.determinations.as_data import describe_assessment
from reasoner.determinations.conclude import roles_left_out
from reasoner.determinations.data import to_json
from reasoner.determinations.sentences import sentences_of
from reasoner.knowledge.terms import CONCEPT, NS, mn, shorten
from reasoner.knowledge.venues import key_of, whole_disposition

from .grounds import grounds_of
from .model import (
    AuditDatesData,
    AuditedCitationData,
    AuditedReviewerData,
    CaseAuditData,
    FindingData,
    LimitData,
    MeasureData,
    PassageData,
    ReadData,
    ReasonerData,
    RequestAuditData,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

    from reasoner.determinations.assess import Assessment
    from reasoner.determinations.conclude import Determination
    from reasoner.determinations.data import DeterminationData, Json
    from reasoner.determinations.sentences import Sentence
    from reasoner.kernel.derivation import Derivation
    from reasoner.knowledge.base import Knowledge
    from reasoner.letters.model import Letter

AGREEMENT: Final = "agreement"
LIMIT_USED: Final = CONCEPT + "LimitUsed"
TRIAL: Final = CONCEPT + "TrialOfTherapy"
SMALL: Final = {
    mn(name).value for name in ("Statement", "Citation", "Diagnosis", "TreatmentCourse", "Finding")
}
REVIEWS: Final = ("initialReview", "independentReview")
PARTS: Final = ("diagnosis", "course", "record", "finding", "surgery")


def describe_audit(
    assessment: Assessment, knowledge: Knowledge, letter: Letter | None = None
) -> CaseAuditData:
    """
    Describe the audit of a case.

    Args:
        assessment: The assessment of the case.
        knowledge: The knowledge base with which it was made.
        letter: The letter from which the case was read; None for a case given as facts.
    """
    whole = describe_assessment(assessment, knowledge, proof=False)
    return CaseAuditData(
        case=whole.case,
        name=whole.name,
        status=whole.status,
        audits=[
            _audit(d, assessment, knowledge, letter, data)
            for d, data in zip(assessment.determinations, whole.determinations, strict=True)
        ],
        provenance=whole.provenance,
    )


def describe_audits(
    assessments: Iterable[Assessment], knowledge: Knowledge, letter: Letter | None = None
) -> list[CaseAuditData]:
    """
    Describe the audits of the items of one letter; an observation is made once a letter.

    Args:
        assessments: The assessments of the cases, in the order of the letter.
        knowledge: The knowledge base with which they were made.
        letter: The letter; None for cases given as facts.
    """
    made: set[tuple[str, str]] = set()
    pages = []
    for assessment in assessments:
        page = describe_audit(assessment, knowledge, letter)
        audits = [
            structs.replace(a, observations=[o for o in a.observations if _is_new(o, made)])
            for a in page.audits
        ]
        pages.append(structs.replace(page, audits=audits))
    return pages


def _is_new(found: FindingData, made: set[tuple[str, str]]) -> bool:
    key = (found.rule, found.text)
    new = key not in made
    made.add(key)
    return new


def audit_data(assessment: Assessment, knowledge: Knowledge, letter: Letter | None = None) -> Json:
    """Write the audit of a case as a JSON object; the arguments are those of `describe_audit`."""
    return to_json(describe_audit(assessment, knowledge, letter))


def _audit(
    found: Determination,
    assessment: Assessment,
    knowledge: Knowledge,
    letter: Letter | None,
    data: DeterminationData,
) -> RequestAuditData:
    derivation, case = assessment.derivation, assessment.case.iri
    review, medical = (derivation.value(case, name) for name in REVIEWS)
    view = _View(derivation, knowledge, letter, case)
    columns = (
        view.reviewer(review, LIMIT_USED),
        view.reviewer(medical, LIMIT_USED),
        view.reasoner(found, data),
    )
    differs = columns[2].outcome is not None and (
        columns[1] is not None and columns[1].outcome not in columns[2].agreeing
    )
    compared = AGREEMENT not in roles_left_out(knowledge, found.outcome)
    agreements = sentences_of(derivation, knowledge, AGREEMENT, found.request) if compared else ()
    return RequestAuditData(
        request=found.request,
        asked=data.asked,
        original=derivation.number(found.request, "originalVisits"),
        approved=derivation.number(review or "", "approvedVisits"),
        dates=_dates(derivation, case, found),
        columns=columns,
        grounds=grounds_of(derivation, knowledge, found, medical or ""),
        agreements=[view.finding(s, found, differs=differs) for s in agreements],
        departures=[view.finding(s, found, differs=differs) for s in found.audit if accuses(s)],
        observations=[
            view.finding(s, found, differs=differs) for s in found.audit if not accuses(s)
        ],
        determination=data,
        facts=view.facts(case, found.request),
    )


def _dates(derivation: Derivation, case: str, found: Determination) -> AuditDatesData:
    injury, review, medical = (derivation.value(case, name) or "" for name in ("injury", *REVIEWS))
    return AuditDatesData(
        injury=derivation.value(injury, "injuryDate"),
        utilization_review=derivation.value(review, "decidedOn"),
        medical_review=derivation.value(medical, "decidedOn"),
        law=found.law_of,
    )


class _View:
    """Reads a derivation for the page of an audit, with the words of the letter if it is known."""

    def __init__(
        self, derivation: Derivation, knowledge: Knowledge, letter: Letter | None, case: str
    ) -> None:
        self._derivation = derivation
        self._knowledge = knowledge
        self._letter = letter
        self._reviews = {v.value for name in REVIEWS for v in derivation.values(case, name)}

    def reviewer(self, assessment: str | None, topic: str) -> AuditedReviewerData | None:
        """Describe what a reviewer decided, used as a limit and cited; None without a decision."""
        if assessment is None:
            return None
        d, label = self._derivation, self._knowledge.label
        said = [s.value for s in d.values(assessment, "states")]
        numbers: dict[int, str] = {}
        for kind in (topic, TRIAL):
            for statement in said:
                visits = d.number(statement, "visitsMeant")
                if d.value(statement, "about") == kind and visits is not None:
                    numbers.setdefault(visits, d.value(statement, "quote") or "")
            if numbers:
                break
        return AuditedReviewerData(
            outcome=label(d.value(assessment, "decisionOutcome") or ""),
            approved=d.number(assessment, "approvedVisits"),
            limits=[LimitData(visits=n, quote=q) for n, q in sorted(numbers.items())],
            basis=label(basis) if (basis := d.value(assessment, "basis")) else None,
            cites=[self._citation(c.value) for c in d.values(assessment, "cites")],
        )

    def _citation(self, citation: str) -> AuditedCitationData:
        d = self._derivation
        guideline = d.value(citation, "citedGuideline")
        return AuditedCitationData(
            cited_as=d.value(citation, "citedAs"),
            section=d.value(citation, "citedSection"),
            guideline=guideline,
            guideline_label=self._knowledge.label(guideline) if guideline else None,
            passages=self._passages([citation]),
        )

    def reasoner(self, found: Determination, data: DeterminationData) -> ReasonerData:
        """Describe what the reasoner found, in the terms of the reviewers' columns."""
        d, knowledge = self._derivation, self._knowledge
        whole = whole_disposition(found.outcome, knowledge)
        venue = key_of((knowledge.value(whole or "", mn("atVenue")) or "").removeprefix(NS))
        agreeing = {knowledge.label(whole), data.dispositions[venue]} if whole else set()
        situations = d.subjects("ofRequest", _node(found.request))
        measures = sorted({m.value for s in situations for m in d.values(s, "measuredBy")})
        return ReasonerData(
            outcome=data.recommended[venue] if whole else None,
            agreeing=sorted(agreeing),
            label=found.label,
            robust=found.robust,
            supported=data.visits.supported,
            limit=found.visits.limit,
            largest=found.visits.largest,
            trial=found.visits.trial,
            governing=data.governing,
            measures=[self._measure(m) for m in measures],
        )

    def _measure(self, iri: str) -> MeasureData:
        knowledge = self._knowledge
        edition = knowledge.value(iri, mn("statedIn")) or ""
        return MeasureData(label=knowledge.label(iri), guideline=knowledge.label(edition))

    def finding(self, sentence: Sentence, found: Determination, *, differs: bool) -> FindingData:
        """
        Describe a finding or an agreement, with the passages of the nodes that it names.

        Args:
            sentence: The finding.
            found: The determination, which is the decision of the corrected case.
            differs: Whether its outcome differs from that of the decision.
        """
        named = self._nodes([t[1:-1] for t in sentence.firing.row.values() if t.startswith("<")])
        kinds = [
            fact[2][1:-1]
            for fact in sentence.firing.concluded
            if fact[1] == f"<{mn('auditFinding').value}>"
        ]
        accounts = [self._knowledge.value(k, mn("accountsForOutcome")) == "true" for k in kinds]
        numbers = [n for iri in sentence.sources for n in _number(found, iri)]
        return FindingData(
            rule=sentence.rule,
            kind=sentence.kind,
            departure=self._knowledge.label(kinds[0]) if kinds else "",
            accounts=differs and accuses(sentence) and any(accounts),
            title=sentence.title,
            text=sentence.text,
            basis=sentence.basis,
            sources=numbers,
            passages=self._passages(named),
        )

    def _nodes(self, named: list[str]) -> list[str]:
        """Keep the nodes with the words; keep a decision only if no smaller node has them."""
        kinds = {n: {kind.value for kind in self._derivation.types(n)} for n in named}
        small = [n for n in named if kinds[n] & SMALL]
        return small or [n for n in named if n in self._reviews]

    def _passages(self, nodes: list[str]) -> list[PassageData]:
        found: dict[tuple[int, int], PassageData] = {}
        facts = self._derivation.facts.objects
        for node in dict.fromkeys(nodes):
            for passage in self._derivation.values(node, "readFrom"):
                ends = {
                    name: next(iter(facts.get((f"<{OA}{name}>", f"<{passage.value}>"), ())), "")
                    for name in ("start", "end")
                }
                start, end = (int(ends[n].split('"')[1]) for n in ("start", "end"))
                words = self._letter.source[start:end] if self._letter else ""
                plain = " ".join(words.split())
                found[start, end] = PassageData(start=start, end=end, words=plain)
        return [found[key] for key in sorted(found)]

    def facts(self, case: str, request: str) -> list[ReadData]:
        """List the parts of the case as they were read, with their passages and confidence."""
        nodes = [(n, v.value) for n in PARTS for v in self._derivation.values(case, n)]
        return [self._fact(kind, node) for kind, node in [*nodes, ("request", request)]]

    def _fact(self, kind: str, node: str) -> ReadData:
        d, label = self._derivation, self._knowledge.label
        shown: list[str] = []
        for name in SHOWN:
            for value in d.values(node, name):
                text = label(value.value) if value.value.startswith("http") else value.value
                shown.append(f"{text} {label(mn(name).value)}" if name in COUNTED else text)
        trust = d.value(node, "readingConfidence")
        return ReadData(
            kind=kind,
            node=shorten(node),
            says=shown,
            confidence=label(trust) if trust else None,
            passages=self._passages([node]),
        )


OA: Final = "http://www.w3.org/ns/oa#"
SHOWN: Final = (
    "condition",
    "treatment",
    "recordType",
    "findingType",
    "procedure",
    "truth",
    "diagnosisStatus",
    "availability",
    "region",
    "attendedVisits",
    "countCertainty",
    "requestedVisits",
    "originalVisits",
    "visitsPerWeek",
    "weeks",
    "purpose",
    "performedOn",
    "statedBy",
)
COUNTED: Final = frozenset(
    {"attendedVisits", "requestedVisits", "originalVisits", "visitsPerWeek", "weeks"}
)


def _node(iri: str) -> NamedNode:
    return NamedNode(iri)


def _number(found: Determination, iri: str) -> list[int]:
    order = [source.iri for source in found.sources]
    return [order.index(iri) + 1] if iri in order else []
