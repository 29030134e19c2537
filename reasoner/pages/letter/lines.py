"""Sentences of a determination as lines of a letter: one list of sources, dates in words."""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from .page import Line

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from reasoner.determinations.data import DeterminationData, SentenceData, SourceData

PIECES: Final = re.compile(r"(“[^”]*”)")
DATE: Final = re.compile(r"(?<![\w-])(\d{4})-(\d{2})-(\d{2})(?![\w-])")
MONTHS: Final = range(1, 13)


@dataclass(frozen=True, kw_only=True)
class Sources:
    """
    The sources of one letter, numbered as they are first cited.

    Attributes:
        confirmed: The IRIs of sources whose text the physician saw before signing.
        withdrawn: The IRIs of sources that the physician left out of what is served.
        order: Each source by its IRI, in the order of its number.
    """

    confirmed: frozenset[str] = frozenset()
    withdrawn: frozenset[str] = frozenset()
    order: dict[str, SourceData] = field(default_factory=dict)

    def cite(self, determination: DeterminationData, numbers: Iterable[int]) -> tuple[int, ...]:
        """Convert the source numbers of a determination into those of the letter."""
        found = [determination.sources[n - 1] for n in numbers]
        for source in found:
            self.order.setdefault(source.iri, source)
        places = {iri: n for n, iri in enumerate(self.order, start=1)}
        return tuple(sorted(places[source.iri] for source in found))

    def holds(self, determination: DeterminationData, numbers: Iterable[int]) -> bool:
        """Return False if one of the sources is withdrawn."""
        return all(determination.sources[n - 1].iri not in self.withdrawn for n in numbers)

    def marks(self, source: SourceData) -> tuple[str, ...]:
        """Return the marks of a source; none once the physician saw its text."""
        seen = source.seen or source.iri in self.confirmed
        return () if source.verified or (seen and not source.seen) else tuple(source.marks)


def said_date(text: str) -> str:
    """Write the dates of a text in words, except inside quotation marks."""

    def spoken(match: re.Match[str]) -> str:
        year, month, day = (int(part) for part in match.groups())
        return f"{calendar.month_name[month]} {day}, {year}" if month in MONTHS else match[0]

    parts = PIECES.split(text)
    return "".join(part if n % 2 else DATE.sub(spoken, part) for n, part in enumerate(parts))


def cited_lines(
    determination: DeterminationData, items: Sequence[SentenceData], sources: Sources
) -> tuple[Line, ...]:
    """
    Turn sentences of a determination into lines that cite the letter's own list.

    A sentence that rests on a withdrawn source is left out.
    """
    return tuple(
        Line(
            text=said_date(item.text),
            cites=sources.cite(determination, item.sources),
        )
        for item in items
        if sources.holds(determination, item.sources)
    )
