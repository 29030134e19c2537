"""Passages of a text: a row of a table, an item of a list or a sentence, with its figures."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from .printed_figures import CELLS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from .printed_figures import FigureWords, PrintedFigure
    from .source_text import Reading, SourceLine

SENTENCE: Final = re.compile(r"(?<=[a-z)][.]) +(?=[A-Z])")
ITEM: Final = re.compile(r"[-*] |\(?[0-9a-z]{1,2}[.)] ")
HYPHEN: Final = re.compile(r"[a-z]-$")
FULL: Final = 0.6
"""Share of the widest line of a block, below which a line is not a wrapped one."""
ABOVE: Final = 3
"""Lines without a figure above a figure that may name what it is for."""
TITLE_WORDS: Final = 12
"""Words of the longest heading."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Atom:
    """
    The smallest part of a text: a sentence, or a line that stands for itself.

    Attributes:
        page: The page on which it begins.
        line: The line of that page on which it begins.
        text: Its text, with single spaces.
        figures: The figures that it prints.
    """

    page: int
    line: int
    text: str
    figures: tuple[PrintedFigure, ...]

    @property
    def lead(self) -> str:
        """The text before its first figure."""
        return self.text[: self.figures[0].start] if self.figures else self.text

    @property
    def is_title(self) -> bool:
        """Whether it may be a heading: short, without a figure, not a sentence."""
        ended = self.text.endswith((".", ";", ","))
        return not self.figures and not ended and len(self.text.split()) <= TITLE_WORDS


@dataclass(frozen=True, slots=True, kw_only=True)
class Passage:
    """
    A stretch of text with figures, and the lines above that may say what they are for.

    Attributes:
        page: The page on which its figures begin.
        line: The line of that page on which they begin.
        above: The lines above it without a figure of their own; empty if there are none.
        text: The text with the figures.
        lead: The part of `text` before its first figure.
        figures: The figures of `text`.
        sure: False where the order of lines may have joined two columns.
        by_sentence: True if `above` is a sentence, so that it need not speak of these figures.
    """

    page: int
    line: int
    above: str
    text: str
    lead: str
    figures: tuple[PrintedFigure, ...]
    sure: bool
    by_sentence: bool

    @property
    def whole(self) -> str:
        """The passage as people read it."""
        return f"{self.above} {self.text}".strip()


def atoms_of(reading: Reading, words: FigureWords) -> Iterator[list[Atom]]:
    """Yield the atoms of each block: a block ends at an empty line."""
    columns: tuple[tuple[str, ...], ...] = ()
    for block in _blocks(reading.lines):
        width = max(len(line.text.strip()) for line in block)
        atoms: list[Atom] = []
        for chunk in _chunks(block, width, words):
            columns = words.columns(chunk[0].text) or columns
            atoms += _atoms(chunk, words, columns)
        yield atoms


def passages_of(blocks: Iterable[Sequence[Atom]], unsure: frozenset[int]) -> Iterator[Passage]:
    """
    Yield all passages with figures.

    Args:
        blocks: The atoms of each block, in order.
        unsure: The pages on which the order of lines may have joined two columns.
    """
    carried: list[Atom] = []
    for block in blocks:
        above, open_ = list(carried), bool(carried)
        unit: list[Atom] = []
        for atom in block:
            if not atom.figures:
                yield from _closed(unit, above, unsure)
                goes_on = open_ and above and not above[-1].text.endswith(".")
                above = [*(above if goes_on else []), atom][-ABOVE:]
                unit, open_ = [], True
            elif unit and not _letters(atom.lead):
                unit.append(atom)
            else:
                yield from _closed(unit, above, unsure)
                if unit and not _letters(unit[0].lead):
                    above = []  # they named the figures below them, and nothing further down
                unit, open_ = [atom], False
        yield from _closed(unit, above, unsure)
        last = block[-1]
        named = last.text.endswith(":") or (len(block) == 1 and last.is_title)
        carried = [last] if named and not last.figures else []


def _closed(
    unit: Sequence[Atom], above: Sequence[Atom], unsure: frozenset[int]
) -> Iterator[Passage]:
    if not unit:
        return
    text, figures = "", []
    for atom in unit:
        shift = len(text) + bool(text)
        text = f"{text} {atom.text}".strip()
        figures += [_moved(f, shift) for f in atom.figures]
    yield Passage(
        page=unit[0].page,
        line=unit[0].line,
        above=" ".join(atom.text for atom in above),
        text=text,
        lead=unit[0].lead,
        figures=tuple(figures),
        sure=unit[0].page not in unsure,
        by_sentence=bool(above) and above[-1].text.endswith("."),
    )


def _moved(figure: PrintedFigure, shift: int) -> PrintedFigure:
    return type(figure)(
        start=figure.start + shift,
        end=figure.end + shift,
        property=figure.property,
        least=figure.least,
        most=figure.most,
    )


def _letters(text: str) -> bool:
    return bool(re.search("[A-Za-z]{3}", text))


def _blocks(lines: Sequence[SourceLine]) -> Iterator[list[SourceLine]]:
    block: list[SourceLine] = []
    for line in lines:
        if line.text.strip():
            block.append(line)
        elif block:
            yield block
            block = []
    if block:
        yield block


def _chunks(
    block: Sequence[SourceLine], width: int, words: FigureWords
) -> Iterator[list[SourceLine]]:
    """Join the lines of a block that were wrapped."""
    chunk = [block[0]]
    for before, line in pairwise(block):
        if _parts(before.text, line.text, width, words):
            yield chunk
            chunk = []
        chunk.append(line)
    yield chunk


def _parts(before: str, line: str, width: int, words: FigureWords) -> bool:
    """Return True if a line begins something new, and does not continue the one before."""
    above, below = before.strip(), line.strip()
    if HYPHEN.search(above) and below[:1].islower():
        return False
    if ITEM.match(below) or above.endswith((".", ":", ";")):
        return True
    rows = [len(CELLS.split(text)) > 1 and bool(words.find(text)) for text in (above, below)]
    if all(rows):
        return True
    if below[:1].isdecimal():
        return len(above) < FULL * width
    return not (below[:1].islower() or below[:1] in "([,&/")


def _atoms(
    chunk: Sequence[SourceLine], words: FigureWords, columns: Sequence[tuple[str, ...]]
) -> Iterator[Atom]:
    text = ""
    starts: list[tuple[int, SourceLine]] = []
    for line in chunk:
        joined = " ".join(line.text.split())
        if HYPHEN.search(text) and joined[:1].islower():
            text = text[:-1]
            starts.append((len(text), line))
            text += joined
        else:
            text = f"{text} {joined}".strip()
            starts.append((len(text) - len(joined), line))
    raw = chunk[0].text.strip()
    cells = () if words.find(text) else tuple(words.cells(raw, columns))
    if cells:  # a row of bare numbers; a name that was wrapped goes on below it
        text = " ".join([raw, *(" ".join(line.text.split()) for line in chunk[1:])])
        yield Atom(page=chunk[0].page, line=chunk[0].number, text=text, figures=cells)
        return
    ends = [m.start() for m in SENTENCE.finditer(text)]
    for begin, end in pairwise([0, *ends, len(text)]):
        part = text[begin:end].strip()
        line = next(line for at, line in reversed(starts) if at <= begin + 1)
        if part:
            yield Atom(page=line.page, line=line.number, text=part, figures=tuple(words.find(part)))
