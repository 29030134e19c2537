"""A picture of when each edition is in force, with the positions of its bars in SVG units."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

    from .book import Link
    from .guidelines import Edition

NAMES: Final = 330
WIDTH: Final = 1000
LANE: Final = 26
HEAD: Final = 30
LEAST_WITH_TEXT: Final = 30
DAYS_A_YEAR: Final = 365.2425


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """
    One edition in the picture.

    Attributes:
        edition: The edition.
        x: The left end of its bar.
        width: The width of its bar.
        open: True if no last day is known.
        labelled: True if its year fits in the bar.
    """

    edition: Edition
    x: float
    width: float
    open: bool
    labelled: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Lane:
    """A line of editions that follow each other, with its name and its height in the picture."""

    name: str
    y: int
    bars: tuple[Bar, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class TimelineGroup:
    """The lanes of one tier: its name, the height of its heading, its lanes."""

    tier: Link | None
    y: int
    lanes: tuple[Lane, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Timeline:
    """
    The whole picture.

    Attributes:
        width: Its width.
        height: Its height.
        names: The width of the column of names.
        years: The years, each with its place.
        groups: The tiers.
    """

    width: int
    height: int
    names: int
    years: tuple[tuple[int, float], ...]
    groups: tuple[TimelineGroup, ...]


def timeline(editions: Iterable[Edition]) -> Timeline:
    """Lay out the editions that have a first day: one lane for editions that follow each other."""
    dated = sorted((e for e in editions if e.since), key=lambda e: (e.since, e.iri))
    days = [day for e in dated for day in (e.since, e.until) if day]
    first, last = int(min(days)[:4]), int(max(days)[:4]) + 2
    scale = (WIDTH - NAMES) / (last - first)

    def place(day: str) -> float:
        since = date.fromisoformat(day) - date(first, 1, 1)
        return round(NAMES + since.days / DAYS_A_YEAR * scale, 1)

    def bar(e: Edition) -> Bar:
        x, end = place(e.since), place(e.until) if e.until else float(WIDTH)
        width = round(end - x, 1)
        return Bar(edition=e, x=x, width=width, open=not e.until, labelled=width >= LEAST_WITH_TEXT)

    groups: list[TimelineGroup] = []
    y = HEAD
    for tier, lanes in _by_tier(dated):
        top, placed = y, []
        y += LANE
        for lane in lanes:
            placed.append(Lane(name=lane[-1].short, y=y, bars=tuple(bar(e) for e in lane)))
            y += LANE
        groups.append(TimelineGroup(tier=tier, y=top, lanes=tuple(placed)))
    years = tuple((year, place(f"{year}-01-01")) for year in range(first, last))
    return Timeline(width=WIDTH, height=y + 6, names=NAMES, years=years, groups=tuple(groups))


def _by_tier(dated: list[Edition]) -> list[tuple[Link | None, list[list[Edition]]]]:
    tiers: dict[Link | None, list[Edition]] = {}
    for edition in dated:
        tiers.setdefault(edition.tier, []).append(edition)
    return [(tier, _lanes(found)) for tier, found in tiers.items()]


def _lanes(dated: list[Edition]) -> list[list[Edition]]:
    """Append an edition to the lane of the one edition that it replaces."""
    lanes: list[list[Edition]] = []
    shared = Counter(link.path for edition in dated for link in edition.replaces)
    for edition in dated:
        before = {link.path for link in edition.replaces if shared[link.path] == 1}
        for lane in lanes:
            end = lane[-1]
            if end.link.path in before and end.until and end.until <= edition.since:
                lane.append(edition)
                break
        else:
            lanes.append([edition])
    return sorted(lanes, key=lambda lane: (lane[0].since, lane[-1].short.lower()))
