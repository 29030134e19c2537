"""Plain text on a page of fixed width: wrapped paragraphs, labels and sentences with citations."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

WIDTH: Final = 96
"""The width of a page of text, in characters."""


def wrapped(
    text: str,
    first: str = "",
    rest: str | None = None,
    *,
    width: int = WIDTH,
    long_words: bool = False,
) -> list[str]:
    """
    Wrap a text.

    Args:
        text: The text; runs of white space count as one space.
        first: The prefix of the first line.
        rest: The prefix of the other lines; None for spaces of the width of `first`.
        width: The width of a line, in characters.
        long_words: True to keep a word that is longer than a line in one piece.

    Returns:
        The lines; none for a text without words.
    """
    return textwrap.wrap(
        " ".join(text.split()),
        width,
        initial_indent=first,
        subsequent_indent=" " * len(first) if rest is None else rest,
        break_on_hyphens=False,
        break_long_words=not long_words,
    )


def paragraph(text: str, first: str = "", rest: str | None = None, width: int = WIDTH) -> str:
    """Wrap a text into lines, without a final newline; empty for a text without words."""
    return "\n".join(wrapped(text, first, rest, width=width))


def capital(text: str) -> str:
    """Return the text with its first letter as a capital."""
    return text[:1].upper() + text[1:]


def cites(numbers: Iterable[int]) -> str:
    """Write the numbers of sources, such as [1][2]."""
    return "".join(f"[{n}]" for n in numbers)


def table(rows: Sequence[Sequence[str]], label: int, width: int = WIDTH) -> str:
    """
    Format rows with a label and columns of equal width, with a line between rows.

    Args:
        rows: Each a label and the cells of its columns; at least one row, all of one length.
        label: The width of the label, in characters.
        width: The width of the table.
    """
    columns = len(rows[0]) - 1
    cell = (width - label - 2 - 2 * (columns - 1)) // columns
    lines: list[str] = []
    for n, (name, *cells) in enumerate(rows):
        parts = [wrapped(text, width=cell) for text in cells]
        for i in range(max(len(p) for p in parts)):
            first = name if i == 0 else ""
            texts = (f"{p[i] if i < len(p) else '':<{cell}}" for p in parts)
            lines.append(f"  {first:<{label}}{'  '.join(texts)}".rstrip())
        if n < len(rows) - 1:
            lines.append("  " + "-" * (width - 2))
    return "\n".join(lines)
