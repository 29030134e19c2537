"""
A disputed item as data: what was asked, approved and left, on which sources, and its facts.

None always means that the letter does not state the value, or that it was not understood.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .values import Amount, Concept, Span, Stated


@dataclass(frozen=True, slots=True, kw_only=True)
class Dose:
    """
    A quantity of treatment.

    Attributes:
        visits: Visits in all; of a compound request, those of the first part.
        per_week: Visits a week.
        weeks: Calendar weeks.
        regions: The regions that this quantity is for, where the words name them.
        span: All words of the quantity.
        words: Those words.
    """

    visits: Stated[Amount] | None = None
    per_week: Stated[Amount] | None = None
    weeks: Stated[Amount] | None = None
    regions: tuple[Stated[Concept], ...] = ()
    span: Span
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Citation:
    """
    A source that one side names.

    Attributes:
        tier: The rank of the source, as a concept of the lexicon.
        title: The title as written, without the year.
        year: The year of the edition as written.
        section: The sections or the place in the source as written.
        guideline: IRI of the edition in the knowledge base, if title and year identify it.
        span: All words of the citation.
    """

    tier: Concept
    title: str
    year: int | None
    section: str | None
    guideline: str | None
    span: Span


@dataclass(frozen=True, slots=True, kw_only=True)
class GuidelineLine:
    """
    What one side of the dispute says that it rests on.

    Attributes:
        words: The line as written.
        basis: On which kind of source the decision rests.
        citations: The sources, in the order of the letter.
        span: The line.
    """

    words: str
    basis: Stated[Concept] | None
    citations: tuple[Citation, ...]
    span: Span


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemFacts:
    """
    What the letter says before the rationale about one item of physical medicine.

    Attributes:
        treatment: The kind of treatment asked for.
        regions: The regions asked for; those of the diagnoses, inferred, where the item has none.
        visits_original: Visits of the original request; the most of a range.
        visits_disputed: Visits still in dispute; the first part of a compound remainder.
        ur_outcome: What utilization review decided.
        ur_approved: Visits that utilization review approved; None if it denied the request.
        prior_visits: Earlier visits of the same class of treatment.
        prior_certainty: How sure that number is, with the code of `mn:CountCertainty` or of the
            lexicon for "no earlier treatment is mentioned".
        response: Whether function improved with the earlier treatment.
        home_program: Whether the worker has a program of exercise at home.
        phase: The stage of the injury by the dates.
    """

    treatment: Stated[Concept]
    regions: tuple[Stated[Concept], ...]
    visits_original: Stated[int] | None
    visits_disputed: Stated[int] | None
    ur_outcome: Stated[Concept] | None
    ur_approved: Stated[int] | None
    prior_visits: Stated[int] | None
    prior_certainty: Stated[Concept] | None
    response: Stated[Concept] | None
    home_program: Stated[Concept] | None
    phase: Stated[Concept] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """
    One disputed item.

    Attributes:
        number: Its place in the letter, from 1.
        part: The place of a part of a compound remainder that is decided by itself, from 1; 0 for
            a whole item.
        heading: Its words up to the colon before the outcome, white space joined.
        outcome: What the independent reviewer decided; None in a letter that breaks off.
        treatment: The kind of treatment, where the lexicon knows it.
        procedure: The operation that the heading names.
        asks_for_more: The words that ask for more of a treatment, and so say that some was given.
        physical_medicine: Whether it is filed as physical medicine.
        kind: The class of physical medicine (`skos:notation` of the treatment's class).
        modified: Whether utilization review approved a part.
        whole_in_dispute: True if the whole original request stays in dispute, next to the part.
        original: The original request; the item itself where nothing was approved.
        authorized: What the claims administrator approved; None if nothing.
        disputed: What is in dispute, one part or more (a compound remainder has one a region).
        regions: The regions that the heading names.
        claims_administrator: The line of the claims administrator.
        reviewer: The line of the independent reviewer.
        rationale: The rationale, without its label.
        grounds: On what the reviewer decided, as the rationale says of the case.
        facts: Facts for a decision; None unless the treatment is known.
        treatments: Each treatment as an item of its own, where the heading asks for several; else
            empty.
        span: The item from the heading to the end of the rationale.
    """

    number: int
    part: int = 0
    heading: Stated[str]
    outcome: Stated[Concept] | None
    treatment: Stated[Concept] | None
    procedure: Stated[Concept] | None
    asks_for_more: Stated[Concept] | None
    physical_medicine: bool
    kind: str | None
    modified: bool
    whole_in_dispute: bool
    original: Dose
    authorized: Dose | None
    disputed: tuple[Dose, ...]
    regions: tuple[Stated[Concept], ...]
    claims_administrator: GuidelineLine | None
    reviewer: GuidelineLine | None
    rationale: Span | None
    grounds: tuple[Stated[Concept], ...] = ()
    facts: ItemFacts | None
    treatments: tuple[Item, ...] = ()
    span: Span
