"""Citations of law as they can be made on a date."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Final

from .terms import mn

if TYPE_CHECKING:
    from .base import Knowledge

SEPARATOR: Final = "; "
"""What separates the citations of one text."""

Period = tuple[str, str, str]
"""A citation, the first day on which it can be made, and the first day after; empty if none."""


@lru_cache(maxsize=8)
def citations_in_time(knowledge: Knowledge) -> dict[str, tuple[Period, ...]]:
    """Return the periods of each citation, by the words in which rules and provisions write it."""
    found: dict[str, list[Period]] = {}
    for (iri, predicate), texts in knowledge.described.items():
        if predicate == mn("writtenAs").value:
            dates = (knowledge.value(iri, mn(n)) or "" for n in ("effectiveFrom", "effectiveUntil"))
            first, after = dates
            period = (knowledge.value(iri, mn("citationText")) or "", first, after)
            found.setdefault(texts[0].value, []).append(period)
    return {written: tuple(sorted(periods)) for written, periods in found.items()}


def cite_on(text: str, day: str, knowledge: Knowledge) -> str:
    """
    Return citations as they can be made on a day.

    Args:
        text: Citations, separated by semicolons. One that has no period is kept as it is.
        day: The day, as YYYY-MM-DD; empty if no day is known, which keeps everything.
        knowledge: The knowledge base, which holds the periods.

    Returns:
        The citations, each once; empty if none can be made on the day.
    """
    if not day:
        return text
    known = citations_in_time(knowledge)
    kept: dict[str, None] = {}
    for part in text.split(SEPARATOR):
        periods = known.get(part, ((part, "", ""),))
        kept |= {cite: None for cite, first, after in periods if first <= day and _ends(day, after)}
    return SEPARATOR.join(kept)


def _ends(day: str, after: str) -> bool:
    return not after or day < after
