"""Columns of prose on a page that is laid out with spaces; a table is not one of them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

GAP: Final = re.compile(r"(?<=\S) {2,}(?=\S)")
LEAST_ROWS: Final = 2
"""Lines with text on both sides of a gutter, below which a page has no columns."""
SHARE: Final = 0.5
"""Share of the lines beyond a gutter that have text on both sides of it."""
CROSSED: Final = 0.25
"""Share of lines that may run across a gutter, such as titles over both columns."""
TABLE: Final = 0.5
"""Share of right-hand parts that are cells, from which on the page is a table."""
NARROW: Final = 8
"""Average characters of a part, below which it is a cell and not a column of prose."""


def split_columns(lines: Sequence[str]) -> list[str] | None:
    """
    Read a page column by column.

    Args:
        lines: The page as it is laid out.

    Returns:
        Its lines with the left column before the right one; None if it has one column or is a
        table, whose rows are read across.
    """
    gutter = _gutter(lines)
    if gutter is None:
        return None
    left: list[str] = []
    right: list[str] = []
    found: list[str] = []
    for line in lines:
        if _crosses(line, gutter):  # a title over both columns ends them
            found += [*left, "", *right, "", line]
            left, right = [], []
        else:
            left.append(line[:gutter].rstrip())
            right.append(line[gutter:].strip())
    return [*found, *left, "", *right]


def _gutter(lines: Sequence[str]) -> int | None:
    """Find the place at which most lines are parted; None if there is none."""
    filled = [line for line in lines if line.strip()]
    places = sorted({m.end() for line in filled for m in GAP.finditer(line)})
    best: tuple[int, int] | None = None
    for place in places:
        both = [line for line in filled if _parted(line, place)]
        beyond = [line for line in filled if len(line) > place]
        crossing = sum(_crosses(line, place) for line in filled)
        if len(both) < LEAST_ROWS or len(both) < SHARE * len(beyond):
            continue
        if crossing > CROSSED * len(filled) or not _is_prose(both, place):
            continue
        if best is None or len(both) > best[0]:
            best = (len(both), place)
    return best[1] if best else None


def _parted(line: str, place: int) -> bool:
    """Return True if a line has text before a place and from it on, and a gap between."""
    return bool(line[:place].strip()) and bool(line[place:].strip()) and not _crosses(line, place)


def _crosses(line: str, place: int) -> bool:
    return bool(line[place - 2 : place].strip()) and bool(line[place:].strip())


def _is_prose(lines: Sequence[str], place: int) -> bool:
    """Return True if the parts on both sides read as text, not as the cells of a table."""
    left = [line[:place].strip() for line in lines]
    right = [line[place:].strip() for line in lines]
    cells = sum(part[:1].isdecimal() or bool(GAP.search(part)) for part in right)
    average = min(sum(map(len, parts)) / len(parts) for parts in (left, right))
    return cells < TABLE * len(right) and average >= NARROW
