"""
What marking yields: sentences with their mentions, and cues with the stretch that they modify.

Offsets count characters of the plain text (`Text.flat`); the end is exclusive.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import date

    from reasoner.letters.lexicon import LexiconEntry
    from reasoner.letters.text import Text


class Kind(StrEnum):
    """What a mention names; the value is the class of the lexicon that holds its words."""

    CONDITION = "ConditionWord"
    PROCEDURE = "ProcedureWord"
    TREATMENT = "TreatmentWord"
    REGION = "RegionWord"
    PART = "PartWord"
    CODE = "code"
    """A code of a diagnosis, such as M54.5: it has no word of its own."""
    DATE = "date"


@dataclass(frozen=True, slots=True, kw_only=True)
class Marked:
    """
    Words that name something.

    Attributes:
        kind: What they name.
        entry: The entry of the lexicon; None for a date.
        start: Where they begin.
        end: Where they end.
        day: The date that they give; None unless the kind is a date.
    """

    kind: Kind
    entry: LexiconEntry | None
    start: int
    end: int
    day: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Cue:
    """
    Words that modify what is near them.

    Attributes:
        code: The modifier, such as `negated`, as the lexicon codes it.
        start: Where the words begin.
        end: Where they end.
        since: Where the stretch that they modify begins.
        until: Where it ends.
    """

    code: str
    start: int
    end: int
    since: int
    until: int


@dataclass(frozen=True, slots=True, kw_only=True)
class MarkedSentence:
    """
    One sentence.

    Attributes:
        start: Where it begins.
        end: Where it ends.
        mentions: Its mentions, in the order of the text.
        cues: Its cues, in the order of the text.
    """

    start: int
    end: int
    mentions: tuple[Marked, ...]
    cues: tuple[Cue, ...]

    def of(self, *kinds: Kind) -> tuple[Marked, ...]:
        """Return the mentions of some kinds, in the order of the text."""
        return tuple(m for m in self.mentions if m.kind in kinds)

    def says(self, *codes: str) -> bool:
        """Return True if the sentence has a cue with one of the codes, wherever it reaches."""
        return any(c.code in codes for c in self.cues)

    def cue_at(self, at: int, *codes: str) -> Cue | None:
        """Return the first cue with one of the codes that reaches an offset, or None."""
        return next((c for c in self.cues if c.code in codes and c.since <= at < c.until), None)

    def modified(self, at: int, *codes: str) -> bool:
        """Return True if a cue with one of the codes reaches an offset."""
        return self.cue_at(at, *codes) is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class MarkedText:
    """
    A stretch of a letter, marked.

    Attributes:
        text: The text that the offsets count in.
        sentences: Its sentences, in order.
    """

    text: Text
    sentences: tuple[MarkedSentence, ...]

    def sentence_at(self, at: int) -> MarkedSentence | None:
        """Return the sentence that holds an offset, or None."""
        return next((s for s in self.sentences if s.start <= at < s.end), None)

    def within(self, start: int, end: int, *kinds: Kind) -> tuple[Marked, ...]:
        """Return the mentions of some kinds that lie in a stretch, in the order of the text."""
        return tuple(
            m
            for s in self.sentences
            if s.start < end and s.end > start
            for m in s.of(*kinds)
            if start <= m.start and m.end <= end
        )
