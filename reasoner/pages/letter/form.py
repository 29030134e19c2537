"""The form of a letter: its headings and connecting words, read from the knowledge base."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from reasoner.errors import LetterUnsupported
from reasoner.kernel.terms import LABEL, TYPE, name_of
from reasoner.knowledge.terms import NS, mn

if TYPE_CHECKING:
    from collections.abc import Mapping

    from reasoner.knowledge.base import Knowledge


@dataclass(frozen=True, slots=True, kw_only=True)
class FormPart:
    """
    One part of a letter: a heading and the words below it.

    Attributes:
        heading: The heading, or a single connecting word.
        words: The words below it; empty if there are none.
    """

    heading: str
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LetterForm:
    """
    The words of the letter of one venue.

    Attributes:
        venue: The local name of the venue.
        parts: The parts by their keys.
    """

    venue: str
    parts: Mapping[str, FormPart]

    def heading(self, key: str) -> str:
        """Return the heading of a part."""
        return self.parts[key].heading

    def words(self, key: str) -> str:
        """Return the words of a part."""
        return self.parts[key].words


@lru_cache(maxsize=4)
def read_form(knowledge: Knowledge, venue: str, *, signed: bool) -> LetterForm:
    """
    Read the form of the letter of a venue.

    Args:
        knowledge: The knowledge base.
        venue: The local name of the venue.
        signed: True for the words of a decision, False for those of a draft.

    Raises:
        LetterUnsupported: The knowledge base has no form for that venue.
    """
    place = NS + venue
    parts: dict[str, FormPart] = {}
    own = False
    for subject in _parts(knowledge):
        where = knowledge.value(subject, mn("formOf"))
        if where not in {None, place}:
            continue
        own = own or where == place
        key = knowledge.value(subject, mn("key")) or ""
        parts[key] = FormPart(
            heading=_said(knowledge, subject, "headingSigned" if signed else "")
            or knowledge.value(subject, LABEL)
            or "",
            words=_said(knowledge, subject, "wordingSigned" if signed else "")
            or _said(knowledge, subject, "wording"),
        )
    if not own:
        raise LetterUnsupported(
            f"The knowledge base has no form of a letter for '{venue}'.",
            hint="A part of a letter names its venue with mn:formOf.",
        )
    return LetterForm(venue=venue, parts=parts)


def _said(knowledge: Knowledge, subject: str, name: str) -> str:
    return (knowledge.value(subject, mn(name)) or "") if name else ""


def _parts(knowledge: Knowledge) -> list[str]:
    kind = mn("LetterPart")
    return sorted(
        name_of(t.subject) for t in knowledge.facts if (t.predicate, t.object) == (TYPE, kind)
    )
