"""
The values of a reading: each with its place in the source and how far it is to be trusted.

Offsets count characters of the source text, as it came out of the file; the end is exclusive.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Generic, TypeVar

T_co = TypeVar("T_co", covariant=True)


class Confidence(StrEnum):
    """How a value follows from the words at its spans."""

    STATED = "stated"
    """The words say it."""
    COMPUTED = "computed"
    """It follows from what the words say, by arithmetic or by definition."""
    INFERRED = "inferred"
    """A convention of reading chose it: the regions of the diagnoses for an item without any."""
    CONFLICTING = "conflicting"
    """The letter says more than one thing; the value is the one that the form prefers."""


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Span:
    """A stretch of the source text; `end` is exclusive."""

    start: int
    end: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Stated(Generic[T_co]):
    """
    A value that was read.

    Attributes:
        value: What was read.
        spans: Where, in order; never empty.
        confidence: How the value follows from the words there.
    """

    value: T_co
    spans: tuple[Span, ...]
    confidence: Confidence = Confidence.STATED


@dataclass(frozen=True, slots=True, kw_only=True)
class Concept:
    """
    A concept of the ontology as the lexicon names it.

    Attributes:
        iri: The IRI of the concept in the knowledge base; None where
            the lexicon knows the word and the ontology has no concept for it yet.
        code: The code of the lexicon (`skos:notation`), such as `low_back`.
        label: The words that a page shows.
        entry: The IRI of the entry of the lexicon that matched.
    """

    iri: str | None
    code: str
    label: str
    entry: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Amount:
    """A number or a range as the letter gives it: `least` equals `most` for a single number."""

    least: int
    most: int
