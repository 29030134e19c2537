"""The limits on the size of a case; each is far above the largest real case seen."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """
    The largest case that is read. The shapes limit the number of parts of each kind.

    Attributes:
        size: Bytes of the document.
        facts: Facts.
        text: Characters of one text, such as a quotation.
        name: Characters of one IRI.
        values: Texts, numbers or dates of one property of one part.
        parts: Parts, or terms, that one property of one part leads to.
        depth: Levels of parts within parts.
        digits: Digits of a whole number.
    """

    size: int = 1_000_000
    facts: int = 5_000
    text: int = 20_000
    name: int = 1_000
    values: int = 20
    parts: int = 500
    depth: int = 32
    digits: int = 15


LIMITS: Final = Limits()
SHOWN: Final = 60
"""Characters of a value that a message shows."""


def shown(text: str) -> str:
    """Return a value as a message shows it: its beginning, if it is long."""
    return text if len(text) <= SHOWN else f"{text[:SHOWN]}…"
