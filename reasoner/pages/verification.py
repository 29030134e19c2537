"""The rows of a guideline next to its text, as text, HTML and JSON."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import msgspec

from reasoner.authoring.compare_rows import (
    APART,
    DIFFERS,
    EXACT,
    IN_PART,
    NOT_FOUND,
    TO_CONFIRM,
    stated_words,
)
from reasoner.authoring.compare_rows import printed_words as printed

from .environment import phrase, render, words
from .layout import WIDTH, wrapped
from .style import STYLE

if TYPE_CHECKING:
    from reasoner.authoring.compare_rows import RowFinding
    from reasoner.authoring.source_text import SourceText
    from reasoner.knowledge.base import Knowledge

GRADES = (DIFFERS, EXACT, TO_CONFIRM, IN_PART, NOT_FOUND, APART)
"""The grades in the order in which a page lists them: what needs an author first."""


class RowData(msgspec.Struct, frozen=True, kw_only=True, rename="camel", omit_defaults=True):
    """
    A row and what the text says of it.

    Attributes:
        row: Its name within the guideline.
        iri: The row.
        label: Its label.
        grade: How well the passage states it.
        pinpoint: The place that it cites.
        states: Its figures, each as words.
        flags: What else it states to be true, which is not compared.
        page: The page of the file; None for a file without pages, or if nothing was found.
        line: The line of the page, or of a file without pages; None if nothing was found.
        passage: The passage; empty if nothing was found.
        doubts: Why it is not exact, each as words.
        differs: What the passage prints otherwise, each as words.
        absent: Figures that the passage does not print, each as words.
        mentioned: Pages on which the words of the row stand without its figures.
        recorded: True if the row was marked as verified in this run.
    """

    row: str
    iri: str
    label: str
    grade: str
    pinpoint: str
    states: Sequence[str]
    flags: Sequence[str] = ()
    page: int | None = None
    line: int | None = None
    passage: str = ""
    doubts: Sequence[str] = ()
    differs: Sequence[str] = ()
    absent: Sequence[str] = ()
    mentioned: Sequence[int] = ()
    recorded: bool = False


class RowsData(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """
    The rows of a guideline next to its text.

    Attributes:
        guideline: The edition.
        source_hash: The SHA-256 of the file.
        pages: Its pages; None if it has none.
        without_text: The pages without text.
        counts: Rows by grade.
        rows: The rows, those that need an author first.
    """

    guideline: str
    source_hash: str
    pages: int | None
    without_text: Sequence[int]
    counts: dict[str, int]
    rows: Sequence[RowData]


def describe_rows(
    guideline: str,
    findings: Sequence[RowFinding],
    source: SourceText,
    knowledge: Knowledge,
    *,
    recorded: frozenset[str] = frozenset(),
) -> RowsData:
    """
    Describe a comparison as data.

    Args:
        guideline: The slug of the edition.
        findings: What was found of each row.
        source: The text.
        knowledge: The knowledge base, for labels.
        recorded: The IRIs of the rows that were marked as verified in this run.
    """
    rows = [_row(f, source, knowledge, recorded=f.row.iri in recorded) for f in findings]
    rows.sort(key=lambda row: (GRADES.index(row.grade), row.row))
    return RowsData(
        guideline=guideline,
        source_hash=source.digest,
        pages=source.pages if source.paged else None,
        without_text=source.empty,
        counts={g: sum(row.grade == g for row in rows) for g in GRADES},
        rows=rows,
    )


def _row(found: RowFinding, source: SourceText, knowledge: Knowledge, *, recorded: bool) -> RowData:
    doubt = _words("doubts")
    passage = found.passage
    wanted = {f.property: f for f in found.row.figures}
    supports = dict(found.supports)

    def figure(name: str) -> str:
        return f"{knowledge.label(name)} {stated_words(wanted[name])}"

    absent = []
    for name in found.absent:
        text = figure(name)
        if name in supports:
            place = _template("stated_elsewhere", supports[name].page, supports[name].whole)
            text = f"{text} ({place})"
        absent.append(text)
    differs = [
        _template(
            "differs",
            knowledge.label(d.property),
            stated_words(d.stated),
            [printed(p) for p in d.printed],
        )
        for d in found.differing
    ]
    return RowData(
        row=found.row.name,
        iri=found.row.iri,
        label=found.row.label,
        grade=found.grade,
        pinpoint=found.row.pinpoint,
        states=[_stated(knowledge, found, f.property) for f in found.row.figures],
        flags=[knowledge.label(flag) for flag in found.row.flags],
        page=passage.page if passage and source.paged else None,
        line=passage.line if passage else None,
        passage=passage.whole if passage else "",
        doubts=[doubt[key] for key in found.doubts],
        differs=differs,
        absent=absent,
        mentioned=found.mentioned if source.paged else (),
        recorded=recorded,
    )


def _stated(knowledge: Knowledge, found: RowFinding, name: str) -> str:
    figure = next(f for f in found.row.figures if f.property == name)
    return _template("stated", knowledge.label(name), figure)


def _words(name: str) -> dict[str, str]:
    found = words("verify_rows_words.txt")[name]
    if not isinstance(found, dict):
        raise TypeError(f"verify_rows_words.txt: {name} is not a mapping")
    return {str(key): str(value) for key, value in found.items()}


def _template(macro: str, *values: object) -> str:
    return phrase(macro, *values, template="verify_rows_words.txt").strip()


def rows_text(data: RowsData) -> str:
    """Write a comparison as text: each row next to its passage, then the counts."""
    return render("verify_rows.txt", page=data, pair=pair_text)


def pair_text(row: RowData) -> str:
    """Write a row and its passage next to each other, in two columns of text."""
    left = [row.label, *row.states, *([_template("also", row.flags)] if row.flags else [])]
    place = _template("place", row.page, row.line) if row.passage else ""
    right = [row.passage, place] if row.passage else [_template("nowhere", row.mentioned)]
    return _columns(left, right)


def _columns(left: Sequence[str], right: Sequence[str]) -> str:
    width = (WIDTH - 4) // 2
    sides = [
        [line for text in side for line in wrapped(text, width=width)] for side in (left, right)
    ]
    count = max(map(len, sides))
    rows = zip(*([*side, *[""] * (count - len(side))] for side in sides), strict=True)
    return "\n".join(f"  {a:<{width}}  {b}".rstrip() for a, b in rows)


def rows_html(data: RowsData) -> str:
    """Write a comparison as one HTML page that needs no other file."""
    return render("verify_rows.html", page=data, sheet=STYLE)
