"""
A request for authorization: the fields of the form and the table of requested treatments.

The table is read by its columns, and written anew as the sentences that the readers know:
"Diagnosis: ..." and one line for each treatment. Each character keeps its place in the source.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from reasoner.letters.model import Problem, Reviewer
from reasoner.letters.text import PLAIN, Text

from .header import HeaderForm, head_dates, head_value
from .outline import Outline

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from reasoner.letters.lexicon import Lexicon

COLUMNS: Final = ("rfa_diagnosis", "rfa_code", "rfa_service", "rfa_billing", "rfa_other")
DIAGNOSIS, CODE, SERVICE, BILLING, OTHER = range(len(COLUMNS))
CELL: Final = re.compile(r"[^\s|](?:[^\S\n\t]?[^\s|])*")
"""A cell: words with single spaces between them."""
NEAR: Final = 4
"""Characters that a cell may begin before the head of its column."""
LEAST: Final = 3
"""Columns that the head of the table has at least on its line."""

Piece = tuple[int, int]
"""First and last offset of a cell in the source."""


@dataclass(slots=True)
class Row:
    """One row of the table: the pieces of each column, in the order of the lines."""

    cells: dict[int, list[Piece]] = field(default_factory=dict)

    def add(self, column: int, piece: Piece) -> None:
        """Add a piece to a column."""
        self.cells.setdefault(column, []).append(piece)


def read_request(source: str, text: Text, lexicon: Lexicon) -> tuple[Text, HeaderForm]:
    """
    Read a request for authorization.

    Args:
        source: The text as it came out of the file.
        text: Its plain text, in which the fields are found.
        lexicon: The lexicon in the form of the request.

    Returns:
        The table as plain text, and the form: the summary is the list of diagnoses, the items are
        the treatments.
    """
    end = len(text.flat)
    rows = _rows(source, lexicon)
    writer = _Writer(source)
    at = _place(rows, source)
    start = writer.label("Diagnosis: ", at)
    written: set[str] = set()
    for row in rows:
        _diagnosis(writer, row, written)
    writer.label(". ", at)
    summary = (start, writer.length)
    outlines = []
    for row in rows:
        first = writer.length
        for column in (SERVICE, OTHER):
            writer.pieces(row.cells.get(column, ()))
        heading = (first, writer.length)
        writer.label(". ", at)
        outlines.append(Outline(heading=heading, outcome=None, parts={}, end=writer.length))
    dates = head_dates(text, lexicon, end)
    return writer.text(), HeaderForm(
        case_number=None,
        dates=dates,
        priority=head_value(text, lexicon, "priority", 0, end),
        reviewer=Reviewer(),
        summary=summary if rows else None,
        issues=(summary[1], writer.length),
        problems=tuple(_problems(rows, lexicon, set(dates))),
        outlines=tuple(o for o in outlines if o.heading[0] < o.heading[1]),
    )


def _problems(rows: list[Row], lexicon: Lexicon, dates: set[str]) -> Iterator[Problem]:
    for code in ("date_of_injury", "request_dated"):
        if code not in dates:
            yield Problem(
                kind=f"{code.replace('_', '-')}-missing",
                message=f"The request has no {lexicon.mark(code).label} that could be read.",
                hint="The form is complete only with it; check that the page is whole.",
            )
    if not any(row.cells.get(SERVICE) for row in rows):
        yield Problem(
            kind="items-missing",
            message="The table of requested treatments names no treatment that could be read.",
            hint="If the form refers to pages of a report, give the treatments in the table.",
        )
    for number, row in enumerate(rows, start=1):
        if not row.cells.get(DIAGNOSIS) and not row.cells.get(CODE):
            yield Problem(
                kind="diagnosis-missing",
                message=f"Row {number} of the table states no diagnosis and no ICD code.",
                hint="The form requires both; none is guessed from another row.",
            )


def _rows(source: str, lexicon: Lexicon) -> list[Row]:
    """Read the table below the line that has the heads of its columns."""
    heads: dict[int, int] = {}
    rows: list[Row] = []
    at = 0
    for line in source.splitlines(keepends=True):
        start, at = at, at + len(line)
        found = _heads(line, lexicon)
        if len(found) >= LEAST:
            heads = found
            continue
        if not heads:
            continue
        if any(p.search(line) for p in lexicon.mark("rfa_table_end").patterns):
            break
        cells = [(m.start(), m.end()) for m in CELL.finditer(line)]
        placed = [(_column(heads, cell[0]), cell) for cell in cells]
        if not placed or (not rows and _is_label(line, placed)):
            continue
        if not rows or _begins_row(placed):
            rows.append(Row())
        for column, (first, last) in placed:
            rows[-1].add(column, (start + first, start + last))
    return [row for row in rows if row.cells]


def _heads(line: str, lexicon: Lexicon) -> dict[int, int]:
    """Return where each column begins whose head is on a line."""
    found: dict[int, int] = {}
    for column, code in enumerate(COLUMNS):
        for pattern in lexicon.mark(code).patterns:
            head = pattern.search(line)
            if head:
                found[column] = head.start()
    return found


def _column(heads: dict[int, int], at: int) -> int:
    before = [c for c, start in heads.items() if start - NEAR <= at]
    return max(before, key=heads.__getitem__, default=min(heads))


def _begins_row(placed: list[tuple[int, Piece]]) -> bool:
    """Return True if a line has a code, or a service with a diagnosis or a billing code."""
    columns = {column for column, _ in placed}
    return CODE in columns or (SERVICE in columns and bool(columns & {DIAGNOSIS, BILLING}))


def _is_label(line: str, placed: list[tuple[int, Piece]]) -> bool:
    """Return True for a further line of the heads: each of its cells has a note in brackets."""
    return all({"(", ")"} & set(line[a:b]) for _, (a, b) in placed)


def _place(rows: list[Row], source: str) -> int:
    pieces = [p for row in rows for cell in row.cells.values() for p in cell]
    return min((p[0] for p in pieces), default=min(len(source), 0))


def _diagnosis(writer: _Writer, row: Row, written: set[str]) -> None:
    """Write the diagnosis of a row with its code, unless a row before it has the same."""
    pieces = row.cells.get(DIAGNOSIS, [])
    codes = row.cells.get(CODE, [])
    words = " ".join(writer.source[a:b] for a, b in (*pieces, *codes))
    if not words or words.lower() in written:
        return
    first = (pieces or codes)[0][0]
    if written:
        writer.label("; ", first)
    written.add(words.lower())
    writer.pieces(pieces)
    if codes:
        writer.label(" (", codes[0][0])
        writer.pieces(codes, join=False)
        writer.label(")", codes[-1][1] - 1)


class _Writer:
    """Puts plain text together from pieces of a source, and from words that stand for a column."""

    def __init__(self, source: str) -> None:
        self.source = source
        self._chars: list[str] = []
        self._starts: list[int] = []
        self._ends: list[int] = []

    @property
    def length(self) -> int:
        """The length of the text so far."""
        return len(self._chars)

    def label(self, words: str, at: int) -> int:
        """Write words that the table says by its columns; return where they begin."""
        start = self.length
        for char in words:
            self._put(char, at)
        return start

    def pieces(self, pieces: Iterable[Piece], *, join: bool = True) -> None:
        """Write pieces of the source with a space between them."""
        for first, last in pieces:
            if join and self._chars and self._chars[-1] != " ":
                self._put(" ", first)
            for at in range(first, last):
                for char in PLAIN.get(self.source[at], self.source[at]):
                    self._put(char, at)

    def text(self) -> Text:
        """Return what was written."""
        return Text(
            flat="".join(self._chars),
            starts=tuple(self._starts),
            ends=tuple(self._ends),
            paragraphs=(0,),
            pages=(0,),
        )

    def _put(self, char: str, at: int) -> None:
        self._chars.append(char)
        self._starts.append(at)
        self._ends.append(min(at + 1, len(self.source)))
