"""
A determination as the JSON document that people and programs exchange: one type for each object.

The fields are the names of the JSON, in camelCase there. `as_data` fills these types from an
assessment, `reasoner.records` parses documents into them, and pages and letters are made from them.
Structs of msgspec rather than dataclasses: they carry the JSON names and check what is read.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypeVar

import msgspec
from msgspec import UNSET, UnsetType, field

Json = dict[str, object]
"""A JSON object: dicts with string keys, lists, strings, numbers, booleans and None."""


class Model(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """The base of all objects of a document."""


Kind = TypeVar("Kind", bound=Model)


def to_json(model: Model) -> Json:
    """Return a model as a JSON object; fields that are not set are left out."""
    found: Json = msgspec.to_builtins(model)
    return found


def from_json(value: object, kind: type[Kind]) -> Kind:
    """
    Read a model from a JSON value.

    Fields that the model does not know are ignored.

    Raises:
        msgspec.ValidationError: A field is missing or of another type; the message has its path.
    """
    return msgspec.convert(value, kind)


class ResultData(Model, frozen=True, kw_only=True):
    """One result of the shapes; the fields are those of `reasoner.cases.intake.Result`."""

    severity: str
    shape: str
    focus: str
    path: str
    value: str
    message: str


class ReportData(Model, frozen=True, kw_only=True):
    """The report of the shapes: whether the case conforms, and the number of nodes per shape."""

    conforms: bool
    results: Sequence[ResultData]
    targets: Mapping[str, int]


class AskedData(Model, frozen=True, kw_only=True):
    """What was requested; the rate is None where the request does not state it."""

    treatment: str
    regions: Sequence[str]
    visits: int
    visits_per_week: int | None
    weeks: int | None


class DatesData(Model, frozen=True, kw_only=True):
    """The dates that a letter names, as text; None for a date that no record states."""

    injured: str | None
    requested: str | None
    received: str | None
    reviewed: str | None


VenueWords = Mapping[str, str]
"""An outcome in the words of each venue, by the key of the venue (`Venue.key`)."""


class VenueData(Model, frozen=True, kw_only=True):
    """A venue: its key in `VenueWords`, its name and its short name; the fields are of `Venue`."""

    key: str
    label: str
    notation: str


class IntervalData(Model, frozen=True, kw_only=True):
    """
    The fewest and the most visits that any reading of the record supports.

    Where the request is not decided, no span is given: a field of this type is None.
    """

    least: int
    most: int


class VisitsData(Model, frozen=True, kw_only=True):
    """
    The arithmetic of a request; the fields are those of `Visits`.

    Attributes:
        limit_from: The numbers of the sources that state the limits, sorted.
        figures_from: The numbers of the sources whose figures those use: their own or borrowed.
    """

    prior: int
    prior_open: bool
    prior_most: int | None
    authorized: int
    requested: int
    total: int
    limit: int | None
    limit_from: Sequence[int] = field(default_factory=list)
    figures_from: Sequence[int] = field(default_factory=list)
    largest_limit: int | None
    trial: int | None
    remaining: int | None
    supported: IntervalData | None
    supported_per_week: int | None
    cap: int | None
    counted_toward_cap: int
    policy: str
    policy_reason: str


class FiguresData(Model, frozen=True, kw_only=True, omit_defaults=True):
    """
    The figures of a recommendation; None, and absent from the JSON, for one not stated.

    `counts_only` names the kind of care that the figures count, if they count no other.
    """

    minimum_visits: int | None = None
    maximum_visits: int | None = None
    within_weeks: int | None = None
    maximum_per_week: int | None = None
    trial_visits: int | None = None
    counts_only: str | None = None


class GoverningData(Model, frozen=True, kw_only=True):
    """A governing recommendation; `source` and `borrowed_from` are numbers of the source list."""

    source: int
    label: str
    guideline: str
    population: str
    population_label: str
    figures: FiguresData
    borrowed_from: int | None
    verified: bool


class SentenceData(Model, frozen=True, kw_only=True):
    """
    A sentence of a rule, or the message of a shape.

    Attributes:
        rule: The id of the rule or the local name of the shape.
        order: The place among the sentences of its role; unset for the message of a shape.
        weight: How strong it is on a short page; higher comes first, 0 is left out.
        topic: What it speaks of; a short page has one sentence a topic.
        argues: `for` or `against` the request as made; empty for neither.
        kind: The kind of a finding of an audit; unset for other sentences.
        brief: The sentence in few words, for a short page; unset if `text` serves there too.
        covered: The ids of rules whose sentences include this one; a short page that shows one of
            them leaves this one out. Unset for none.
        sources: Numbers in the list of sources, sorted.
        provisional: True if one of these sources was not verified.
        marks: The words for what a reader has to know of these sources, such as `judgment`.
    """

    rule: str
    order: int | UnsetType = UNSET
    weight: int = 0
    topic: str = ""
    argues: str = ""
    kind: str | UnsetType = UNSET
    title: str
    text: str
    basis: str
    rationale: str
    sources: Sequence[int]
    provisional: bool
    marks: Sequence[str] = field(default_factory=list)
    brief: str | UnsetType = UNSET
    covered: Sequence[str] | UnsetType = UNSET


class MarginData(SentenceData, frozen=True, kw_only=True):
    """
    How far a figure could move before the outcome or the number supported changes.

    Attributes:
        figure: What is moved: `maximumVisits` or `trialVisits` of a row, or `cap`.
        value: The figure that the source states.
        counted: `together` for earlier and requested visits, `alone` for the request.
        holds_from: The smallest figure with the same result; None without a lower bound.
        holds_until: The largest figure with the same result; None without an upper bound.
    """

    figure: str
    value: int
    counted: str
    holds_from: int | None
    holds_until: int | None


class NoticeData(SentenceData, frozen=True, kw_only=True):
    """A notice for the reader of a letter, given after some outcomes; sorted local names."""

    after: Sequence[str]


class ReasonData(Model, frozen=True, kw_only=True):
    """The rule that made a variant come out differently, with its sentence."""

    rule: str
    text: str
    basis: str


class VariantData(Model, frozen=True, kw_only=True):
    """A variant of the request; the fields are those of `Variant`."""

    id: str
    name: str
    note: str
    outcome: str
    label: str
    robust: bool | None
    governing: Sequence[str]
    limit: int | None
    prior: int
    prior_open: bool
    supported: IntervalData | None
    why: Sequence[ReasonData]


class StretchData(VariantData, frozen=True, kw_only=True):
    """The request as decided from one date (inclusive) to another (exclusive; None: no end)."""

    start: str = field(name="from")
    until: str | None
    flips: bool
    used: bool


class AnswerData(Model, frozen=True, kw_only=True):
    """One answer to a question of judgment, with the outcome under it."""

    answer: str
    label: str
    meaning: str
    outcome: str
    outcome_label: str
    supported: IntervalData | None
    given: bool


class SlotData(Model, frozen=True, kw_only=True):
    """
    A question of judgment that a person answers.

    Attributes:
        open: True if the record does not answer it, so that each answer is a reading of the record.
    """

    slot: str
    term: str
    question: str
    evidence: str
    filled_by: Sequence[str]
    judged_by: Sequence[str]
    sources: Sequence[int]
    answers: Sequence[AnswerData]
    open: bool = True


class VerificationData(Model, frozen=True, kw_only=True):
    """
    Who read a row in its text; the fields are those of `VerificationRecord`.

    Attributes:
        source_hash: The SHA-256 of the file that was read.
    """

    by: str
    on: str
    page: int | None
    line: int | None
    source_hash: str


class SourceData(Model, frozen=True, kw_only=True):
    """
    A source with its number, from 1; the other fields are those of `Source`.

    Attributes:
        records: Who read it in its text, by day; unset if no file records it.
    """

    number: int
    iri: str
    citation: str
    title: str
    edition: str
    verified: bool
    seen: bool = True
    marks: Sequence[str] = field(default_factory=list)
    file: str
    seen_at: Sequence[str]
    row: Sequence[str]
    records: Sequence[VerificationData] | UnsetType = UNSET


class LedgerTowardData(Model, frozen=True, kw_only=True):
    """
    What a course counts toward one figure, and why.

    Attributes:
        toward: The figure: `limit`, `postsurgicalRow` or `cap`.
        label: The figure in words.
        counts: `yes` if all its visits count, `no` if none does, `open` if the record does not
            show how many do.
        least: The fewest visits that count.
        most: The most visits that count; None if the record sets no maximum.
        rule: The id of the rule that decides this.
        text: Its sentence.
    """

    toward: str
    label: str
    counts: str
    least: int
    most: int | None
    rule: str
    text: str


class LedgerEntryData(Model, frozen=True, kw_only=True):
    """
    An earlier course, with what it counts toward; the request's own visits are not listed.

    Attributes:
        course: The IRI of the course.
        label: The course in words.
        treatment: The kind of care.
        regions: The parts of the body treated, sorted; empty if the record states none.
        least: The fewest visits attended; None if the record states no number.
        most: The most visits attended; None if the record sets no maximum.
        certainty: How certain the count is, as the record states it; the local name of the term.
        first_visit: The date of the first visit, as text; None if it is not stated.
        last_visit: The date of the last visit, as text; None if it is not stated.
        injury: The date of the injury that the course names, as text; None if it names none.
        operation: The operation that the course names, in words; None if it names none.
        toward: What the course counts toward.
    """

    course: str
    label: str
    treatment: str
    regions: Sequence[str]
    least: int | None
    most: int | None
    certainty: str
    first_visit: str | None
    last_visit: str | None
    injury: str | None
    operation: str | None
    toward: Sequence[LedgerTowardData]


class DeadlineData(Model, frozen=True, kw_only=True):
    """
    A time limit as it runs for the request.

    Attributes:
        limit: The IRI of the provision.
        label: The provision in words.
        act: What is to be done, in words.
        citation: The provision as it is cited on the date of decision.
        started_on: The date from which the time runs, as text.
        start: `exactly`, `atEarliest` or `atLatest`: how that date bounds the start.
        due_on: The last day on the strictest reading, as text.
        due_by: The last day on the most generous reading, as text.
        done_on: The date on which the act was done, as text; None if the record states none.
        status: `met`, `missed`, `pending` (not done by the record) or `unsettled`.
        provisional: True if the text of the provision was not seen.
    """

    limit: str
    label: str
    act: str
    citation: str
    started_on: str
    start: str
    due_on: str
    due_by: str
    done_on: str | None
    status: str
    provisional: bool


class StepData(Model, frozen=True, kw_only=True):
    """One use of a rule in the proof; facts are written with the prefixes of the project."""

    rule: str
    text: str
    concludes: Sequence[str]
    premises: Sequence[str] = field(name="from")
    absent: Sequence[str]
    file: str


class DeterminationData(Model, frozen=True, kw_only=True):
    """
    The determination of one request; the fields are those of `Determination`.

    Attributes:
        robust: True if the outcome and the number supported are the same under every admissible
            value of every open fact, the open slots included.
        as_made: Whether the request as made holds, fails or turns: `HoldsAsMade`, `FailsAsMade`,
            `TurnsAsMade`; empty if nothing held decides it.
        as_made_label: The same in words.
        margin: How far each figure that the request is compared with could move.
        rejects: The sides, `for` or `against` the request, that the outcome rejects.
    """

    id: str
    request: str
    asked: AskedData
    venue: str
    dates: DatesData
    outcome: str
    adverse: bool
    rejects: Sequence[str] = field(default_factory=list)
    label: str
    meaning: str
    dispositions: VenueWords
    recommended: VenueWords
    venues: Sequence[VenueData]
    robust: bool | None
    robustness: str
    as_made: str = ""
    as_made_label: str = ""
    margin: Sequence[MarginData] = field(default_factory=list)
    law_of: str
    dated_by: str
    governing_dates: Sequence[SentenceData]
    visits: VisitsData
    governing: Sequence[GoverningData]
    administrator: Sequence[SentenceData]
    reasons: Sequence[SentenceData]
    search: Sequence[SentenceData]
    legal: Sequence[SentenceData]
    otherwise: Sequence[SentenceData]
    missing: Sequence[SentenceData]
    changes: Sequence[SentenceData]
    audit: Sequence[SentenceData]
    timeline: Sequence[StretchData]
    sources_alone: Sequence[VariantData]
    policies: Sequence[VariantData]
    summary: Sequence[SentenceData]
    documents: Sequence[SentenceData]
    notices: Sequence[NoticeData]
    slots: Sequence[SlotData]
    sources: Sequence[SourceData]
    proof: Sequence[StepData]
    ledger: Sequence[LedgerEntryData] = field(default_factory=list)
    deadlines: Sequence[DeadlineData] = ()
    would_decide: Sequence[SentenceData] = field(default_factory=list)

    @property
    def is_decided(self) -> bool:
        """False if no text held here decides the request."""
        return self.visits.supported is not None


class ProvenanceData(Model, frozen=True, kw_only=True):
    """The inputs, for a replay; `canonical_case` is set only in a document with its proof."""

    case_digest: str
    case_hash: str
    knowledge_digest: str
    knowledge_version: str
    engine: str
    canonical_case: str | UnsetType = UNSET
    as_of: str | None


class AssessmentData(Model, frozen=True, kw_only=True):
    """The assessment of a case: one determination for each request, in the order of their IRIs."""

    case: str
    name: str
    status: str
    report: ReportData
    determinations: Sequence[DeterminationData]
    provenance: ProvenanceData
