"""The form of a letter: its headings and connecting words, read from the knowledge base."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from reasoner.errors import LetterUnsupported
from reasoner.kernel.terms import LABEL, TYPE, name_of
from reasoner.knowledge.terms import NS, mn

if TYPE_CHECKING:
    from collections.abc import Mapping

    from reasoner.knowledge.base import Knowledge


SERVED: Final = mn("ServedLetter").value.removeprefix(NS)
MEMORANDUM: Final = mn("Memorandum").value.removeprefix(NS)


@dataclass(frozen=True, slots=True, kw_only=True)
class FormPart:
    """
    One part of a letter: a heading and the words below it.

    Attributes:
        heading: The heading, or a single connecting word.
        words: The words below it; empty if there are none.
        after: The local names of the outcomes after which alone it is used; empty for all.
    """

    heading: str
    words: str
    after: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class LetterForm:
    """
    The words of the letter of one venue.

    Attributes:
        venue: The local name of the venue.
        kind: The local name of the kind of letter.
        parts: The parts by their keys.
    """

    venue: str
    kind: str
    parts: Mapping[str, FormPart]

    def has(self, key: str, outcome: str = "") -> bool:
        """Return True if a letter of this kind has a part, after an outcome if one is given."""
        part = self.parts.get(key)
        return part is not None and (not outcome or not part.after or outcome in part.after)

    def heading(self, key: str) -> str:
        """Return the heading of a part."""
        return self.parts[key].heading

    def words(self, key: str) -> str:
        """Return the words of a part."""
        return self.parts[key].words


@lru_cache(maxsize=8)
def read_form(knowledge: Knowledge, venue: str, *, signed: bool, kind: str = SERVED) -> LetterForm:
    """
    Read the form of the letter of a venue.

    Args:
        knowledge: The knowledge base.
        venue: The local name of the venue.
        signed: True for the words of a decision, False for those of a draft.
        kind: The local name of the kind of letter.

    Raises:
        LetterUnsupported: The knowledge base has no form for that venue.
    """
    place = NS + venue
    parts: dict[str, FormPart] = {}
    own = False
    for subject in _parts(knowledge):
        where = knowledge.value(subject, mn("formOf"))
        own = own or where == place
        only = knowledge.value(subject, mn("onlyIn"))
        if where not in {None, place} or only not in {None, NS + kind}:
            continue
        key = knowledge.value(subject, mn("key")) or ""
        parts[key] = FormPart(
            heading=_said(knowledge, subject, "headingSigned" if signed else "")
            or knowledge.value(subject, LABEL)
            or "",
            words=_said(knowledge, subject, "wordingSigned" if signed else "")
            or _said(knowledge, subject, "wording"),
            after=_local_names(knowledge, subject, "onlyAfter"),
        )
    if not own:
        raise LetterUnsupported(
            f"The knowledge base has no form of a letter for '{venue}'.",
            hint="A part of a letter names its venue with mn:formOf.",
        )
    return LetterForm(venue=venue, kind=kind, parts=parts)


def _local_names(knowledge: Knowledge, subject: str, name: str) -> frozenset[str]:
    found = knowledge.described.get((subject, mn(name).value), ())
    return frozenset(value.value.removeprefix(NS) for value in found)


def _said(knowledge: Knowledge, subject: str, name: str) -> str:
    return (knowledge.value(subject, mn(name)) or "") if name else ""


def _parts(knowledge: Knowledge) -> list[str]:
    kind = mn("LetterPart")
    return sorted(
        name_of(t.subject) for t in knowledge.facts if (t.predicate, t.object) == (TYPE, kind)
    )
