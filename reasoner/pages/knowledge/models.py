"""
What each template of the documentation shows in addition to its page: one type for each template.

The fields are the names that the template uses.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from reasoner.kernel.rules import Rule

    from .book import Link
    from .concepts import Scheme
    from .expressions import Phrase
    from .finding import SearchGroup
    from .guidelines import Edition
    from .law import LawFile, Provision
    from .limits import LimitRow
    from .recommendations import RecommendationEntry
    from .rules import Question, RulePart
    from .things import Term, Thing
    from .timeline import Timeline
    from .usage import ShapeOf


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchContent:
    """The search page: the words searched for, and all entries by heading."""

    groups: tuple[SearchGroup, ...]
    sought: str


@dataclass(frozen=True, slots=True, kw_only=True)
class HomeContent:
    """
    The first page, in numbers.

    Attributes:
        terms: The number of terms.
        concepts: The number of concepts.
        schemes: The schemes of concepts.
        editions: The number of editions that govern.
        said: The number of recommendations.
        limits: The number of those that state a limit.
        provisions: The number of provisions.
        questions: The number of questions that rules answer.
        shapes: The number of checks of all shapes.
        verifications: The degrees of verification, the surest first.
        marks: For each kind of source, how many have each degree.
    """

    terms: int
    concepts: int
    schemes: tuple[Scheme, ...]
    editions: int
    said: int
    limits: int
    provisions: int
    questions: int
    shapes: int
    verifications: tuple[Thing, ...]
    marks: tuple[tuple[str, Mapping[str, int]], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class TermsContent:
    """All terms, by kind."""

    groups: tuple[tuple[str, tuple[Thing, ...]], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class TermContent:
    """A term of the vocabulary."""

    term: Term
    is_class: bool
    is_property: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ConceptContent:
    """A concept: its neighbors, and the rows that speak of it or of a broader concept."""

    broader: tuple[Link, ...]
    narrower: tuple[Link, ...]
    rows: tuple[LimitRow, ...]
    wider: tuple[tuple[Link, tuple[LimitRow, ...]], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ConceptsContent:
    """All schemes of concepts."""

    schemes: tuple[Scheme, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SchemeContent:
    """One scheme of concepts."""

    scheme: Scheme


@dataclass(frozen=True, slots=True, kw_only=True)
class GuidelinesContent:
    """All editions, and when each was in force."""

    editions: tuple[Edition, ...]
    timeline: Timeline


@dataclass(frozen=True, slots=True, kw_only=True)
class EditionContent:
    """One edition."""

    edition: Edition


@dataclass(frozen=True, slots=True, kw_only=True)
class RecommendationContent:
    """One recommendation."""

    said: RecommendationEntry


@dataclass(frozen=True, slots=True, kw_only=True)
class PopulationContent:
    """A population: its words, the recommendations for it, and its neighbors."""

    phrase: Phrase | None
    said: tuple[Link, ...]
    narrower: tuple[Link, ...]
    wider: tuple[Link, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class LimitsContent:
    """The table of limits, and the ranks of its sources."""

    rows: tuple[LimitRow, ...]
    tiers: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class LawContent:
    """All files of law."""

    files: tuple[LawFile, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class LawFileContent:
    """One file of law."""

    file: LawFile


@dataclass(frozen=True, slots=True, kw_only=True)
class ProvisionContent:
    """One provision, with its file; None if no file of law states it."""

    provision: Provision
    file: LawFile | None


@dataclass(frozen=True, slots=True, kw_only=True)
class RulesContent:
    """All rules, by question."""

    questions: tuple[Question, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleContent:
    """One rule: its sentence in parts, the terms that it reads and concludes, its question."""

    rule: Rule
    sentence: tuple[RulePart, ...]
    reads: tuple[Link, ...]
    concludes: tuple[Link, ...]
    question: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ShapesContent:
    """All shapes, by file."""

    files: tuple[tuple[str, tuple[ShapeOf, ...]], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class VocabularyContent:
    """A file of the vocabulary: what it declares."""

    inside: tuple[Thing, ...]


Content = (
    SearchContent
    | HomeContent
    | TermsContent
    | TermContent
    | ConceptContent
    | ConceptsContent
    | SchemeContent
    | GuidelinesContent
    | EditionContent
    | RecommendationContent
    | PopulationContent
    | LimitsContent
    | LawContent
    | LawFileContent
    | ProvisionContent
    | RulesContent
    | RuleContent
    | ShapesContent
    | VocabularyContent
)
"""What a template shows; a page about a thing without a template of its own shows none of these."""
