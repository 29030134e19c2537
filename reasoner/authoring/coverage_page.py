"""A coverage as a table for people, or as CSV."""

from __future__ import annotations

import csv
from dataclasses import replace
from io import StringIO
from typing import TYPE_CHECKING

from .coverage import FIGURE, NO_FIGURE, NOT_HELD, SILENT

if TYPE_CHECKING:
    from collections.abc import Iterable

    from .coverage import Coverage, Spell

COLUMNS = ("condition", "treatment", "rank", "from", "until", "says", "visits", "verified")


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


def coverage_text(found: Coverage, *, gaps: bool) -> str:
    """Write a table for people, the gaps first; what is provisional bears a question mark."""
    when = f"on {found.day}" if found.day else "by date"
    lines = []
    if gaps:
        lines += ["Gaps: times in which no rank says anything that is held here"]
        lines += [*_table(found.gaps, found.day), ""]
    lines += [f"Coverage {when} (? provisional, in whole or in part; 'until' is the day after)"]
    lines += _table(found.spells, found.day)
    n = found.count()
    lines += [
        "",
        (
            f"{len(found.pairs)} pairs of condition or operation and treatment: "
            f"{n[FIGURE]} with a figure, {n[NO_FIGURE]} spoken of without one, "
            f"{n[NOT_HELD]} only by a text that is not held, {n[SILENT]} by nothing."
        ),
    ]
    if not gaps:
        lines.append(f"{len(found.gaps)} gaps; --gaps lists them.")
    return "\n".join(lines)


def _table(spells: tuple[Spell, ...], day: str) -> list[str]:
    lines: list[str] = []
    last = ("\n", "", "")
    for s in spells:
        if s.condition != last[0]:
            lines += ["", s.condition or "any condition"]
            last = (s.condition, "", "")
        treatment = s.treatment if s.treatment != last[1] else ""
        tier = s.tier if (s.treatment, s.tier) != last[1:] else ""
        last = (s.condition, s.treatment, s.tier)
        days = "" if day else f"{s.since} - {s.until or '':<10}  "
        lines.append(f"  {treatment:<32.32}  {tier:<30.30}  {days}{_says(s)}")
    return lines


def _says(spell: Spell) -> str:
    mark = "" if spell.verified else " ?"
    if not spell.visits:
        return f"{spell.says or 'nothing in force'}{mark}"
    span = sorted({spell.visits[0], spell.visits[-1]})
    return f"{'-'.join(map(str, span))} visits{mark}"


def coverage_csv(found: Coverage, *, gaps: bool) -> str:
    """Write the spells, and with `gaps` the gaps, as CSV with a head."""
    out = StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    for s in (*found.spells, *(found.gaps if gaps else ())):
        visits = " ".join(map(str, s.visits))
        verified = "yes" if s.verified else "no"
        row = (s.condition, s.treatment, s.tier, s.since, s.until, s.says, visits, verified)
        writer.writerow(row)
    return out.getvalue()
