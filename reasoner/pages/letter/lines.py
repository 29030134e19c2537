"""Sentences of a determination as lines of a letter: one list of sources, dates in words."""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, cast

from .page import Line

if TYPE_CHECKING:
    from reasoner.determinations.as_data import Data

PIECES: Final = re.compile(r"(“[^”]*”)")
DATE: Final = re.compile(r"(?<![\w-])(\d{4})-(\d{2})-(\d{2})(?![\w-])")
MONTHS: Final = range(1, 13)


@dataclass(frozen=True, kw_only=True)
class Sources:
    """
    The sources of one letter, numbered as they are first cited.

    Attributes:
        order: Each source by its IRI, in the order of its number.
    """

    order: dict[str, Data] = field(default_factory=dict)

    def cite(self, determination: Data, numbers: object) -> tuple[int, ...]:
        """Turn a determination's own numbers into those of the letter."""
        own = cast("list[Data]", determination["sources"])
        found = [own[n - 1] for n in cast("list[int]", numbers)]
        for source in found:
            self.order.setdefault(str(source["iri"]), source)
        places = {iri: n for n, iri in enumerate(self.order, start=1)}
        return tuple(sorted(places[str(source["iri"])] for source in found))


def said_date(text: str) -> str:
    """Write the dates in a text as a letter does; what is quoted stays as it was written."""

    def spoken(match: re.Match[str]) -> str:
        year, month, day = (int(part) for part in match.groups())
        return f"{calendar.month_name[month]} {day}, {year}" if month in MONTHS else match[0]

    parts = PIECES.split(text)
    return "".join(part if n % 2 else DATE.sub(spoken, part) for n, part in enumerate(parts))


def cited_lines(determination: Data, items: object, sources: Sources) -> tuple[Line, ...]:
    """Turn sentences of a determination into lines that cite the letter's own list."""
    return tuple(
        Line(
            text=said_date(str(item["text"])),
            cites=sources.cite(determination, item["sources"]),
            provisional=bool(item["provisional"]),
        )
        for item in cast("list[Data]", items)
    )
