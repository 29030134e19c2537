"""
A reading as the JSON that programs exchange: one type for each object.

The fields are those of `model`, `dispute` and `values`, whose docstrings describe them, in their
own names. The text of the letter and the entries of the lexicon are left out.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING, Generic, TypeVar

import msgspec

from .model import Found
from .values import Confidence

if TYPE_CHECKING:
    from .model import Letter

Value = TypeVar("Value")


class Data(msgspec.Struct, frozen=True, kw_only=True):
    """The base of all objects of a reading."""


class SpanData(msgspec.Struct, frozen=True, array_like=True):
    """A stretch of the text, written as a list of its two offsets; the end is exclusive."""

    start: int
    end: int


class ConceptData(Data, frozen=True, kw_only=True):
    """A concept of the ontology as the lexicon names it."""

    iri: str | None
    code: str
    label: str


class AmountData(Data, frozen=True, kw_only=True):
    """A number, or a range of numbers."""

    least: int
    most: int


class StatedData(Data, Generic[Value], frozen=True, kw_only=True):
    """A value with its places and its confidence."""

    value: Value
    spans: Sequence[SpanData]
    confidence: Confidence


class ReviewerData(Data, frozen=True, kw_only=True):
    """The credentials of the independent reviewer."""

    licensure: Sequence[StatedData[str]]
    specialties: Sequence[StatedData[str]]


class DiagnosisData(Data, frozen=True, kw_only=True):
    """A condition of the summary."""

    words: StatedData[str]
    kind: str
    condition: StatedData[ConceptData] | None
    readings: Sequence[StatedData[ConceptData]]
    regions: Sequence[StatedData[ConceptData]]
    parts: Sequence[StatedData[ConceptData]]
    status: StatedData[ConceptData] | None
    found: Found


class CourseData(Data, frozen=True, kw_only=True):
    """One mention of treatment before the request."""

    treatment: StatedData[ConceptData]
    regions: Sequence[StatedData[ConceptData]]
    visits: StatedData[int] | None
    certainty: StatedData[ConceptData]
    after_denial: bool
    span: SpanData
    about: bool
    authorized: StatedData[int] | None
    until: StatedData[date] | None


class SurgeryData(Data, frozen=True, kw_only=True):
    """An operation in the summary."""

    procedure: StatedData[ConceptData] | None
    status: StatedData[ConceptData]
    performed_on: StatedData[date] | None
    past: bool
    parts: Sequence[StatedData[ConceptData]]
    words: str
    span: SpanData


class MissingRecordData(Data, frozen=True, kw_only=True):
    """A record that the letter says is not in the file."""

    record: StatedData[ConceptData] | None
    words: str
    span: SpanData


class ProblemData(Data, frozen=True, kw_only=True):
    """Something that kept the reader from reading."""

    kind: str
    message: str
    hint: str
    span: SpanData | None


class NotUnderstoodData(Data, frozen=True, kw_only=True):
    """A stretch of the letter from which a fact was expected and none was read."""

    part: str
    words: str
    span: SpanData


class DoseData(Data, frozen=True, kw_only=True):
    """A quantity of treatment."""

    visits: StatedData[AmountData] | None
    per_week: StatedData[AmountData] | None
    weeks: StatedData[AmountData] | None
    regions: Sequence[StatedData[ConceptData]]
    span: SpanData
    words: str


class CitationData(Data, frozen=True, kw_only=True):
    """A source that one side names."""

    tier: ConceptData
    title: str
    year: int | None
    section: str | None
    guideline: str | None
    span: SpanData


class GuidelineLineData(Data, frozen=True, kw_only=True):
    """What one side of the dispute says that it rests on."""

    words: str
    basis: StatedData[ConceptData] | None
    citations: Sequence[CitationData]
    span: SpanData


class ItemFactsData(Data, frozen=True, kw_only=True):
    """What the letter says before the rationale about one item of physical medicine."""

    treatment: StatedData[ConceptData]
    regions: Sequence[StatedData[ConceptData]]
    visits_original: StatedData[int] | None
    visits_disputed: StatedData[int] | None
    ur_outcome: StatedData[ConceptData] | None
    ur_approved: StatedData[int] | None
    prior_visits: StatedData[int] | None
    prior_certainty: StatedData[ConceptData] | None
    response: StatedData[ConceptData] | None
    home_program: StatedData[ConceptData] | None
    phase: StatedData[ConceptData] | None


class ItemData(Data, frozen=True, kw_only=True):
    """One disputed item."""

    number: int
    part: int
    heading: StatedData[str]
    outcome: StatedData[ConceptData] | None
    treatment: StatedData[ConceptData] | None
    procedure: StatedData[ConceptData] | None
    asks_for_more: StatedData[ConceptData] | None
    physical_medicine: bool
    kind: str | None
    modified: bool
    whole_in_dispute: bool
    original: DoseData
    authorized: DoseData | None
    disputed: Sequence[DoseData]
    regions: Sequence[StatedData[ConceptData]]
    claims_administrator: GuidelineLineData | None
    reviewer: GuidelineLineData | None
    rationale: SpanData | None
    grounds: Sequence[StatedData[ConceptData]]
    facts: ItemFactsData | None
    treatments: Sequence[ItemData]
    span: SpanData


class LetterData(Data, frozen=True, kw_only=True):
    """One determination letter, read."""

    digest: str
    document: str
    case_number: StatedData[str] | None
    dates: Mapping[str, StatedData[date]]
    priority: StatedData[str] | None
    reviewer: ReviewerData
    summary: SpanData | None
    age: StatedData[int] | None
    sex: StatedData[ConceptData] | None
    injured_on: StatedData[date] | None
    diagnoses: Sequence[DiagnosisData]
    courses: Sequence[CourseData]
    surgeries: Sequence[SurgeryData]
    responses: Sequence[StatedData[ConceptData]]
    home_program: StatedData[ConceptData] | None
    missing_records: Sequence[MissingRecordData]
    items: Sequence[ItemData]
    problems: Sequence[ProblemData]
    not_understood: Sequence[NotUnderstoodData]


def describe_letter(letter: Letter) -> LetterData:
    """Describe a reading as data: every value with its offsets and its confidence."""
    return msgspec.convert(letter, LetterData, from_attributes=True)


def letter_json(letter: Letter) -> bytes:
    """Write a reading as JSON, in UTF-8, indented by two spaces."""
    found = msgspec.json.encode(describe_letter(letter), order="deterministic")
    return msgspec.json.format(found, indent=2)
