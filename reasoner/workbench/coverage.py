"""`mednec coverage`: conditions by treatments by rank, on a day, with the gaps."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .space import Row, Space


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Cell:
    """
    What one rank says of one condition (or operation) and one treatment on a day.

    Attributes:
        condition: Label of the condition or operation; empty for care without either.
        treatment: Label of the treatment.
        tier: Label of the rank.
        says: One of `limit`, `no limit`, `text not held`.
        visits: The limits, smallest first; empty if none is stated.
        verified: Whether all that says so was seen.
    """

    condition: str
    treatment: str
    tier: str
    says: str
    visits: tuple[int, ...]
    verified: bool


@dataclass(frozen=True, kw_only=True)
class Coverage:
    """
    What is covered on a day.

    Attributes:
        day: The day, as YYYY-MM-DD.
        cells: What each rank says, sorted.
        gaps: Pairs of condition and treatment of which no rank says anything.
        asked: How many pairs of condition or operation and treatment there are.
    """

    day: str
    cells: tuple[Cell, ...]
    gaps: tuple[tuple[str, str], ...]
    asked: int


def coverage(space: Space, day: str) -> Coverage:
    """
    Tell for each condition or operation and each treatment what each rank says on a day.

    A pair counts as covered if some rank speaks of it in some phase of care.
    """
    k = space.knowledge
    spoken: dict[tuple[str, str], dict[str, list[Row]]] = {}
    for number, point in enumerate(space.points):
        pair = (point.condition or point.procedure, point.treatment)
        ranks = spoken.setdefault(pair, {})
        for row in space.applying[number]:
            in_force = row.since is not None and row.since <= day
            if in_force and (row.until is None or day < row.until):
                ranks.setdefault(row.tier, []).append(row)
    cells, gaps = [], []
    for (condition, treatment), ranks in spoken.items():
        names = (k.label(condition) if condition else "", k.label(treatment))
        if not ranks:
            gaps.append(names)
        cells += [_cell(names, k.label(tier), rows) for tier, rows in ranks.items()]
    return Coverage(
        day=day, cells=tuple(sorted(cells)), gaps=tuple(sorted(gaps)), asked=len(spoken)
    )


def _cell(names: tuple[str, str], tier: str, rows: list[Row]) -> Cell:
    visits = tuple(sorted({row.limit for row in rows if row.limit is not None}))
    held = any(row.held for row in rows)
    return Cell(
        condition=names[0],
        treatment=names[1],
        tier=tier,
        says="limit" if visits else "no limit" if held else "text not held",
        visits=visits,
        verified=all(row.verified for row in rows),
    )


def coverage_text(found: Coverage, *, gaps: bool) -> str:
    """Write a table for people: provisional figures bear a question mark."""
    width = max((len(c.condition) for c in found.cells), default=10)
    lines = [f"Coverage on {found.day} (? provisional, in whole or in part)", ""]
    last = None
    for cell in found.cells:
        head = (cell.condition or "any condition") if cell.condition != last else ""
        last = cell.condition
        span = sorted({cell.visits[0], cell.visits[-1]}) if cell.visits else []
        says = f"{'-'.join(map(str, span))} visits" if span else cell.says
        mark = "" if cell.verified else " ?"
        lines.append(f"{head:<{width}}  {cell.treatment:<32.32}  {cell.tier:<30.30}  {says}{mark}")
    covered = found.asked - len(found.gaps)
    lines += ["", f"{covered} of {found.asked} pairs are spoken of; {len(found.gaps)} are gaps."]
    if gaps:
        lines += ["", "Gaps:"]
        lines += [
            f"  {condition or 'any condition'}: {treatment}" for condition, treatment in found.gaps
        ]
    return "\n".join(lines)
