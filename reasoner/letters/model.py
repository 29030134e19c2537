"""
What a reading of a determination letter holds: plain data, each fact with its place and its trust.

Offsets count characters of the source text, as it came out of the file; the end is exclusive.
A concept is named by its IRI in the ontology and by the code that the lexicon gives it.
None always means that the letter does not state the value, or that it was not understood.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

from .dispute import Citation, Dose, GuidelineLine, Item, ItemFacts
from .values import Amount, Concept, Confidence, Span, Stated

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

__all__ = [
    "Amount",
    "Citation",
    "Concept",
    "Confidence",
    "Course",
    "Diagnosis",
    "Dose",
    "Found",
    "GuidelineLine",
    "Item",
    "ItemFacts",
    "Letter",
    "MissingRecord",
    "NotUnderstood",
    "Problem",
    "Reviewer",
    "Span",
    "Stated",
    "Surgery",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reviewer:
    """The credentials of the independent reviewer: states of licensure and specialties."""

    licensure: tuple[Stated[str], ...] = ()
    specialties: tuple[Stated[str], ...] = ()


class Found(StrEnum):
    """Where a summary has a condition."""

    LISTED = "listed"
    """A list of diagnoses or a sentence that diagnoses."""
    IMAGED = "imaged"
    """The report of a study: an X-ray, an MRI, a study of nerves."""
    COMPLAINED = "complained"
    """What the worker complains of, or claims."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Diagnosis:
    """
    A condition of the summary.

    Attributes:
        words: The words of the condition.
        kind: The code of its kind, such as `contusion`; empty where the words name only a place.
        condition: The first of its readings; None if the ontology has no concept for it.
        readings: All concepts that the name may mean in its region.
        regions: Where in the body, by the regions of the guidelines.
        parts: Where in the body, as fine as the words name it.
        status: `mn:Current` or `mn:Past`.
        found: Where the summary has it.
    """

    words: Stated[str]
    kind: str
    condition: Stated[Concept] | None
    readings: tuple[Stated[Concept], ...]
    regions: tuple[Stated[Concept], ...]
    parts: tuple[Stated[Concept], ...]
    status: Stated[Concept] | None
    found: Found


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """
    One mention of treatment before the request.

    Attributes:
        treatment: The kind of treatment.
        regions: The regions that the words name for it.
        visits: Visits attended; 0 where the letter says that there was none.
        certainty: How sure the number is.
        after_denial: Whether only the reason that utilization review gave mentions it.
        span: The words of the mention.
        about: True if the number is approximate.
        authorized: Visits that were authorized, where the letter leaves open whether any was
            attended.
        until: The last day that its sentence names, or the last day of a year that it names alone.
    """

    treatment: Stated[Concept]
    regions: tuple[Stated[Concept], ...]
    visits: Stated[int] | None
    certainty: Stated[Concept]
    after_denial: bool
    span: Span
    about: bool = False
    authorized: Stated[int] | None = None
    until: Stated[date] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Surgery:
    """
    An operation in the summary.

    Attributes:
        procedure: The operation; None if the lexicon does not know it.
        status: Performed, planned or refused.
        performed_on: When; None if the letter gives no date.
        past: Whether its sentence names a year before the injury.
        parts: Where in the body, as fine as the words name it.
        words: The words.
        span: The passage of the words.
    """

    procedure: Stated[Concept] | None
    status: Stated[Concept]
    performed_on: Stated[date] | None
    past: bool
    parts: tuple[Stated[Concept], ...] = ()
    words: str
    span: Span


@dataclass(frozen=True, slots=True, kw_only=True)
class MissingRecord:
    """A record that the letter says is not in the file."""

    record: Stated[Concept] | None
    words: str
    span: Span


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """
    Something that kept the reader from reading.

    Attributes:
        kind: Kebab-case name of the problem, such as `summary-missing`.
        message: What is wrong.
        hint: What to do next; empty if there is nothing to add.
        span: Where; None if it concerns the whole file.
    """

    kind: str
    message: str
    hint: str = ""
    span: Span | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NotUnderstood:
    """A stretch of the letter from which a fact was expected and none was read."""

    part: str
    words: str
    span: Span


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """
    One determination letter, read.

    Attributes:
        source: The text as it came out of the file; all spans point into it.
        digest: SHA-256 of that text, in hexadecimal.
        case_number: The number of the case.
        dates: The dates of the header by the field's name: `date_assigned`, `date_of_injury`,
            `decision_date`, `ur_denial_date`, `application_received`; those of the request by the
            summary: `request_dated`, `request_received`, `request_recommended`.
        priority: Standard or expedited, as written.
        reviewer: The credentials of the reviewer.
        summary: The clinical case summary.
        age: The worker's age in years.
        sex: `mn:Male` or `mn:Female`.
        injured_on: The date of injury: that of the header, else that of the summary.
        diagnoses: The diagnoses of the summary.
        courses: Earlier treatment, in the order of the letter.
        surgeries: Operations, performed or not.
        responses: Every sentence on the response to treatment, with its concept.
        home_program: Whether there is a program of exercise at home; None if nothing says so.
        missing_records: Records that the letter says are not in the file.
        items: The disputed items, in the order of the letter.
        document: The code of the form of the document; empty for the present determination letter.
        problems: What kept the reader from reading.
        not_understood: What was expected to say something and was not understood.
    """

    source: str
    digest: str
    case_number: Stated[str] | None
    dates: Mapping[str, Stated[date]]
    priority: Stated[str] | None
    reviewer: Reviewer
    summary: Span | None
    age: Stated[int] | None
    sex: Stated[Concept] | None
    injured_on: Stated[date] | None
    diagnoses: tuple[Diagnosis, ...]
    courses: tuple[Course, ...]
    surgeries: tuple[Surgery, ...]
    responses: tuple[Stated[Concept], ...]
    home_program: Stated[Concept] | None
    missing_records: tuple[MissingRecord, ...]
    items: tuple[Item, ...]
    document: str = ""
    problems: tuple[Problem, ...] = field(default=())
    not_understood: tuple[NotUnderstood, ...] = field(default=())

    def words(self, span: Span) -> str:
        """Return the words of the letter at a span, white space joined."""
        return " ".join(self.source[span.start : span.end].split())
