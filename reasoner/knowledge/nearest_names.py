"""Names that are most like one that is unknown."""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

MOST: Final = 5


def nearest(name: str, known: Iterable[str]) -> tuple[str, ...]:
    """Return the known names that are most like a name, the nearest first."""
    folded = {one.casefold(): one for one in sorted(known)}
    near = get_close_matches(name.casefold(), list(folded), n=MOST, cutoff=0.5)
    return tuple(folded[one] for one in near)
