"""The place of a passage: its page, and the heading under which it stands."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from typing import TYPE_CHECKING

from reasoner.letters.numbers import number_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from .printed_figures import FigureWords
    from .row_words import RowWords
    from .source_passages import Atom
    from .source_text import SourceText


@dataclass(frozen=True, slots=True, kw_only=True)
class Headings:
    """
    The headings of one reading that the places of rows name, in order.

    Attributes:
        starts: The page and line of each.
        texts: The words of each.
    """

    starts: tuple[tuple[int, int], ...]
    texts: tuple[frozenset[str], ...]

    def at(self, page: int, line: int) -> tuple[frozenset[str], ...]:
        """Return the words of all headings up to a line, the last one first."""
        return self.texts[: bisect_right(self.starts, (page, line))][::-1]


class PlaceFinder:
    """
    The places of a text, to compare with the place that a row cites.

    Args:
        rows: The rows of the edition.
        source: The text.
        words: The words for page numbers.
    """

    def __init__(self, rows: Sequence[RowWords], source: SourceText, words: FigureWords) -> None:
        self.words = words
        self.first = {row.headings[0] for row in rows if len(row.headings) > 1}
        self.every = {part for row in rows for part in row.headings}
        self.numbers = [
            _printed(edges, words) or labels or {number}
            for number, (labels, edges) in enumerate(
                zip(source.labels, source.edges, strict=True), start=1
            )
        ]

    def headings(self, blocks: Iterable[Sequence[Atom]]) -> Headings:
        """Find the headings of a reading that some row cites."""
        found = []
        for block in blocks:
            for atom in block:
                tokens = self.words.tokens(atom.text) if atom.is_title else frozenset[str]()
                if any(part <= tokens for part in self.every):
                    found.append(((atom.page, atom.line), tokens))
        found.sort(key=lambda pair: pair[0])
        return Headings(
            starts=tuple(start for start, _ in found), texts=tuple(text for _, text in found)
        )

    def holds(self, row: RowWords, page: int, headings: Sequence[frozenset[str]]) -> bool:
        """
        Return True if a passage is where a row says it is.

        The number of a page is the printed one, else that of the file, else its place in it. A
        heading counts if it is the last one, of those that rows cite, before the passage; of a
        place with several parts, the first part has to be the last chapter as well.
        """
        if any(first <= n <= last for first, last in row.pages for n in self.numbers[page - 1]):
            return True
        if not row.headings or not headings:
            return False
        if not any(part <= headings[0] for part in row.headings):
            return False
        if len(row.headings) == 1:
            return True
        chapter = next((h for h in headings if any(part <= h for part in self.first)), None)
        return chapter is None or row.headings[0] <= chapter


def _printed(edges: Iterable[str], words: FigureWords) -> frozenset[int]:
    """Read the number that is printed at the head or foot of a page."""
    matches = (p.search(line.strip()) for line in edges for p in words.page_numbers)
    numbers = (number_of(match["figure"]) for match in matches if match)
    return frozenset(n for n in numbers if n is not None)
