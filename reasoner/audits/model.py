"""The JSON of an audit: who decided what, and where the letter agrees or departs, with passages."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import field

from reasoner.determinations.data import (
    AskedData,
    DeterminationData,
    GoverningData,
    IntervalData,
    Model,
    ProvenanceData,
)


class PassageData(Model, frozen=True, kw_only=True):
    """A passage of the letter: offsets in characters, the end exclusive; its words if known."""

    start: int
    end: int
    words: str


class AuditedCitationData(Model, frozen=True, kw_only=True):
    """A source that a reviewer cited; None for a guideline that is not in the knowledge base."""

    cited_as: str | None = field(name="as")
    section: str | None
    guideline: str | None
    guideline_label: str | None
    passages: Sequence[PassageData]


class LimitData(Model, frozen=True, kw_only=True):
    """A number of visits that a reviewer used as a limit, with the words."""

    visits: int
    quote: str


class AuditedReviewerData(Model, frozen=True, kw_only=True):
    """What a reviewer decided, the limits used and the sources cited; None if not stated."""

    outcome: str
    approved: int | None
    limits: Sequence[LimitData]
    basis: str | None
    cites: Sequence[AuditedCitationData]


class MeasureData(Model, frozen=True, kw_only=True):
    """The recommendation whose limit applies to a request, and its guideline."""

    label: str
    guideline: str


class ReasonerData(Model, frozen=True, kw_only=True):
    """
    What the reasoner found, in the terms of the reviewers.

    `outcome`, `robust` and `supported` are None if no text held decides the request.

    Attributes:
        outcome: What is recommended at the venue of the letter, in the words of a determination.
        agreeing: The outcomes of a letter that agree with it: that one, and in a letter without
            partial outcomes that of the request as made.
    """

    outcome: str | None
    agreeing: Sequence[str]
    label: str
    robust: bool | None
    supported: IntervalData | None
    limit: int | None
    largest: int | None
    trial: int | None
    governing: Sequence[GoverningData]
    measures: Sequence[MeasureData]


class FindingData(Model, frozen=True, kw_only=True):
    """
    An agreement, a departure or an observation.

    Attributes:
        kind: `contradiction`, `arithmetic` or `law` of a departure, `observation`; empty for an
            agreement.
        departure: What the decision departs from, in words; empty for an agreement.
        accounts: True if correcting it changes the outcome: a finding that concerns a number, a
            fact or what is judged, in a decision whose outcome is another one on the facts of the
            file.
        sources: Numbers in the determination's list of sources.
    """

    rule: str
    kind: str
    departure: str
    accounts: bool
    title: str
    text: str
    basis: str
    sources: Sequence[int]
    passages: Sequence[PassageData]


class GroundsData(Model, frozen=True, kw_only=True):
    """The grounds of the reviewer and of the reasoner, those of both, in words and sorted."""

    reviewer: Sequence[str]
    reasoner: Sequence[str]
    shared: Sequence[str]


class ReadData(Model, frozen=True, kw_only=True):
    """A part of the case as it was read from the letter, with its confidence if stated."""

    kind: str
    node: str
    says: Sequence[str]
    confidence: str | None
    passages: Sequence[PassageData]


class AuditDatesData(Model, frozen=True, kw_only=True):
    """The dates of a case, as YYYY-MM-DD; None for one that is not stated."""

    injury: str | None
    utilization_review: str | None
    medical_review: str | None
    law: str


class RequestAuditData(Model, frozen=True, kw_only=True):
    """
    The audit of one request.

    Attributes:
        original: Visits first requested; None if the letter states only those in dispute.
        approved: Visits that utilization review approved; None if not stated.
        columns: Utilization review, independent medical review and the reasoner.
        grounds: On what each rests.
        departures: What is held against a decision, each with two passages, or a passage and a
            provision.
        observations: What is unusual and lawful.
    """

    request: str
    asked: AskedData
    original: int | None
    approved: int | None
    dates: AuditDatesData
    columns: tuple[AuditedReviewerData | None, AuditedReviewerData | None, ReasonerData]
    grounds: GroundsData
    agreements: Sequence[FindingData]
    departures: Sequence[FindingData]
    observations: Sequence[FindingData]
    determination: DeterminationData
    facts: Sequence[ReadData]

    @property
    def reviewer_outcome(self) -> str | None:
        """The outcome of independent medical review; None without a decision."""
        medical = self.columns[1]
        return medical.outcome if medical else None

    @property
    def agrees(self) -> bool | None:
        """
        True if the reviewer and the reasoner agree on the request as made.

        None if the request is not decided, or the case has no decision of a reviewer.
        """
        ours = self.columns[2]
        silent = ours.outcome is None or self.reviewer_outcome is None
        return None if silent else self.reviewer_outcome in ours.agreeing

    @property
    def agrees_on_ground(self) -> bool | None:
        """True if the outcomes agree on a ground; None if one side gives none that is known."""
        if not self.agrees or not self.grounds.reviewer or not self.grounds.reasoner:
            return None
        return bool(self.grounds.shared)


class CaseAuditData(Model, frozen=True, kw_only=True):
    """The audit of a case, one part for each of its requests."""

    case: str
    name: str
    status: str
    audits: Sequence[RequestAuditData]
    provenance: ProvenanceData
