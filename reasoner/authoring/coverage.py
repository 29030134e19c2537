"""`mednec coverage`: conditions by treatments by rank and date, with the gaps."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

    from .space import Space, SpaceRow

FIGURE: Final = "limit"
NO_FIGURE: Final = "no limit"
NOT_HELD: Final = "text not held"
SILENT: Final = ""
HELD: Final = (FIGURE, NO_FIGURE)


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Spell:
    """
    What one rank says of one condition (or operation) and one treatment over a time.

    Attributes:
        condition: Label of the condition or operation; empty for care without either.
        treatment: Label of the treatment.
        tier: Label of the rank; empty for a gap.
        since: The first day, as YYYY-MM-DD.
        until: The first day after it; empty if it has no known end.
        says: `limit`, `no limit`, `text not held`, or empty for a gap in which nothing is in force.
        visits: The limits, smallest first; empty if none is stated.
        verified: Whether all that says so was seen.
    """

    condition: str
    treatment: str
    tier: str
    since: str
    until: str
    says: str
    visits: tuple[int, ...] = ()
    verified: bool = True


@dataclass(frozen=True, kw_only=True)
class Coverage:
    """
    What is covered, over all dates or on one day.

    Attributes:
        day: The day; empty for all dates.
        spells: What each rank says, sorted.
        gaps: Times in which no rank says anything that is held, sorted. An edition held by name
            covers a pair by its title only; whether it speaks of it is not known.
        pairs: For each pair of condition or operation and treatment, the best that is said of it.
    """

    day: str
    spells: tuple[Spell, ...]
    gaps: tuple[Spell, ...]
    pairs: tuple[tuple[str, str, str], ...]

    def count(self) -> dict[str, int]:
        """Count the pairs by the best that is said of them."""
        return {
            says: sum(best == says for _, _, best in self.pairs)
            for says in (FIGURE, NO_FIGURE, NOT_HELD, SILENT)
        }


def coverage(space: Space, day: str = "") -> Coverage:
    """
    List, for each condition or operation and each treatment, the figures of each rank by date.

    A pair counts as spoken of if some rank speaks of it in some phase of care, with a text that is
    held here.

    Args:
        space: All situations of the knowledge base.
        day: Only what is in force on this day, as YYYY-MM-DD; empty for all dates.
    """
    k = space.knowledge
    spoken: dict[tuple[str, str], dict[str, set[SpaceRow]]] = {}
    for number, point in enumerate(space.points):
        ranks = spoken.setdefault((point.condition or point.procedure, point.treatment), {})
        for row in space.applying[number]:
            if row.since is not None:
                ranks.setdefault(row.tier, set()).add(row)
    days = [day] if day else sorted({d for r in space.rows.values() for d in _bounds(r) if d})
    spells: list[Spell] = []
    gaps: list[Spell] = []
    pairs: list[tuple[str, str, str]] = []
    for (condition, treatment), ranks in sorted(spoken.items()):
        names = (k.label(condition) if condition else "", k.label(treatment))
        of_pair = [s for tier in ranks for s in _spells(names, k.label(tier), ranks[tier], days)]
        shown = [s for s in of_pair if s.says]
        spells += shown
        gaps += _gaps(names, of_pair, days)
        order = (FIGURE, NO_FIGURE, NOT_HELD, SILENT)
        pairs.append((*names, min((s.says for s in shown), key=order.index, default=SILENT)))
    return Coverage(
        day=day, spells=tuple(sorted(spells)), gaps=tuple(sorted(gaps)), pairs=tuple(sorted(pairs))
    )


def _bounds(row: SpaceRow) -> tuple[str | None, str | None]:
    return (row.since, row.until)


def _spells(
    names: tuple[str, str], tier: str, rows: Iterable[SpaceRow], days: list[str]
) -> list[Spell]:
    """Yield the spells of one rank: one for each period with the same figures."""
    found = []
    for since, until in pairwise([*days, ""]):
        now = [r for r in rows if r.since and r.since <= since and (not r.until or since < r.until)]
        visits = tuple(sorted({row.limit for row in now if row.limit is not None}))
        held = any(row.held for row in now)
        found.append(
            Spell(
                condition=names[0],
                treatment=names[1],
                tier=tier,
                since=since,
                until=until,
                says=FIGURE if visits else NO_FIGURE if held else NOT_HELD if now else SILENT,
                visits=visits,
                verified=all(row.verified for row in now),
            )
        )
    return _joined(found)


def _joined(spells: Iterable[Spell]) -> list[Spell]:
    """Join neighbours that differ in nothing but their days."""
    joined: list[Spell] = []
    for spell in spells:
        last = joined[-1] if joined else None
        if last and last.until == spell.since and _what(last) == _what(spell):
            joined[-1] = replace(last, until=spell.until)
        else:
            joined.append(spell)
    return joined


def _what(spell: Spell) -> tuple[str, tuple[int, ...], bool]:
    return (spell.says, spell.visits, spell.verified)


def _gaps(names: tuple[str, str], spells: list[Spell], days: list[str]) -> list[Spell]:
    """Find the times in which no rank says anything that is held."""
    found = []
    for since, until in pairwise([*days, ""]):
        now = {s.says for s in spells if s.since <= since and (not s.until or since < s.until)}
        if not now & set(HELD):
            found.append(
                Spell(
                    condition=names[0],
                    treatment=names[1],
                    tier="",
                    since=since,
                    until=until,
                    says=NOT_HELD if NOT_HELD in now else SILENT,
                )
            )
    return _joined(found)


def narrow(found: Coverage, *, condition: str, treatment: str) -> Coverage:
    """
    Keep what is said of conditions and treatments whose labels hold a text.

    Args:
        found: All of it.
        condition: A part of a label, in any case; empty for all.
        treatment: The same for treatments.
    """

    def wanted(names: tuple[str, str]) -> bool:
        parts = (condition, treatment)
        return all(p.casefold() in n.casefold() for p, n in zip(parts, names, strict=True))

    def kept(spells: Iterable[Spell]) -> tuple[Spell, ...]:
        return tuple(s for s in spells if wanted((s.condition, s.treatment)))

    return replace(
        found,
        spells=kept(found.spells),
        gaps=kept(found.gaps),
        pairs=tuple(p for p in found.pairs if wanted((p[0], p[1]))),
    )
