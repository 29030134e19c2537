"""The rows of a guideline next to its text: the passage that states each, and how well."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from .row_words import MOST
from .source_passages import atoms_of, passages_of
from .source_places import PlaceFinder

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from .printed_figures import FigureWords, PrintedFigure
    from .row_words import RowWords, WantedFigure
    from .source_passages import Passage
    from .source_text import SourceText

EXACT: Final = "exact"
TO_CONFIRM: Final = "to confirm"
IN_PART: Final = "in part"
DIFFERS: Final = "differs"
NOT_FOUND: Final = "not found"
APART: Final = "not compared"
CONFIRMABLE: Final = (EXACT, TO_CONFIRM, IN_PART)
"""Grades that a person may confirm; what differs is a finding."""
LONG: Final = 700
"""Characters of a passage beyond which its words may belong to several rows."""
HALF: Final = 0.5
"""Share of the words of a row that a passage has to hold if it holds no name of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """A figure that a row states, and those of the same property that the passage prints."""

    property: str
    stated: WantedFigure
    printed: tuple[PrintedFigure, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RowFinding:
    """
    What the text says of a row.

    Attributes:
        row: The row.
        grade: One of the grades of this module.
        passage: The passage that was found; None if none was.
        doubts: Why the passage is not exact, as keys of the words of pages, sorted by weight.
        agreed: The properties whose figure the passage prints.
        absent: The properties whose figure it does not print.
        differing: The figures that it prints otherwise.
        supports: For properties that are absent, a passage of the same place that names no row and
            prints the figure, such as the lead of a section.
        mentioned: Pages on which the words of the row stand without its figures.
    """

    row: RowWords
    grade: str
    passage: Passage | None = None
    doubts: tuple[str, ...] = ()
    agreed: tuple[str, ...] = ()
    absent: tuple[str, ...] = ()
    differing: tuple[Difference, ...] = ()
    supports: tuple[tuple[str, Passage], ...] = ()
    mentioned: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Text:
    """
    A passage with its words.

    Attributes:
        passage: The passage.
        tokens: The words of the whole.
        own: Those without the lines above.
        medical: Those of `own` that may name a condition, an operation or a part of the body.
        limited: True if it has words that limit or turn a figure.
        lead: The words of its line before the first figure.
        headings: The headings before it, the last one first.
    """

    passage: Passage
    tokens: frozenset[str]
    own: frozenset[str]
    medical: frozenset[str]
    limited: bool
    lead: frozenset[str]
    headings: tuple[frozenset[str], ...]


def compare_rows(
    rows: Sequence[RowWords],
    source: SourceText,
    words: FigureWords,
    *,
    through: Callable[[Sequence[RowWords]], Iterable[RowWords]] = iter,
) -> tuple[RowFinding, ...]:
    """
    Find each row in a text.

    A row is `exact` only if one passage, at the place that the row cites, holds the words of its
    condition and all its figures, no other figure of the same kinds, and no other row's words.

    Args:
        rows: The rows of one edition, all of them: a passage that names another row is not exact.
        source: The text.
        words: The words for figures.
        through: Passes the rows through, for a bar of progress.

    Returns:
        One finding a row, in the order of the rows.
    """
    places = PlaceFinder(rows, source, words)
    texts: list[_Text] = []
    mentions: list[tuple[int, frozenset[str], str]] = []
    for reading in source.readings:
        blocks = list(atoms_of(reading, words))
        headings = places.headings(blocks)
        for passage in passages_of(blocks, reading.unsure):
            own = words.tokens(passage.text)
            texts.append(
                _Text(
                    passage=passage,
                    tokens=words.tokens(passage.whole),
                    own=own,
                    medical=own & words.concepts,
                    limited=words.is_limited(passage.text, passage.figures),
                    lead=words.tokens(passage.lead),
                    headings=headings.at(passage.page, passage.line),
                )
            )
        mentions += [
            (atom.page, words.tokens(atom.text), atom.text) for block in blocks for atom in block
        ]
    return tuple(_find(row, rows, texts, mentions, places) for row in through(rows))


def _find(
    row: RowWords,
    rows: Sequence[RowWords],
    texts: Sequence[_Text],
    mentions: Sequence[tuple[int, frozenset[str], str]],
    places: PlaceFinder,
) -> RowFinding:
    if row.apart:
        return RowFinding(row=row, grade=APART, doubts=(row.apart,))
    graded = [
        (placed, finding)
        for text in texts
        for placed in [places.holds(row, text.passage.page, text.headings)]
        for finding in [_grade(row, rows, text, placed=placed)]
        if finding is not None
    ]
    if not graded:
        pages = sorted({page for page, tokens, said in mentions if _named(row, tokens, said)})
        return RowFinding(row=row, grade=NOT_FOUND, mentioned=tuple(pages))
    _, best = min(graded, key=lambda found: _rank(*found))
    against = [f for p, f in graded if p and f.grade == DIFFERS and not f.doubts]
    if best.grade == EXACT and against:
        return replace(best, grade=TO_CONFIRM, doubts=("contradicted",))
    return replace(best, supports=tuple(_supports(best, rows, texts, places)))


def _supports(
    found: RowFinding, rows: Sequence[RowWords], texts: Sequence[_Text], places: PlaceFinder
) -> Iterable[tuple[str, Passage]]:
    """Yield, for each figure that a passage does not print, one that is stated for its section."""
    for figure in found.row.figures:
        if figure.property not in found.absent:
            continue
        for text in texts:
            stated = any(p.property == figure.property and _equal(figure, p) for p in _of(text))
            if (
                stated
                and places.holds(found.row, text.passage.page, text.headings)
                and not any(r.whole and r.whole <= text.tokens for r in rows)
            ):
                yield figure.property, text.passage
                break


def _of(text: _Text) -> tuple[PrintedFigure, ...]:
    return text.passage.figures


def _rank(placed: bool, found: RowFinding) -> tuple[int, int, int, int]:  # noqa: FBT001
    """Order findings of one row: the surest first, and a difference before a part."""
    firm = placed and not found.doubts
    order = (
        found.grade == EXACT,
        found.grade == TO_CONFIRM and placed,
        found.grade == DIFFERS and firm,
        found.grade == IN_PART and firm,
        found.grade == TO_CONFIRM,
        found.grade == DIFFERS and placed,
        found.grade == IN_PART and placed,
        True,
    )
    length = len(found.passage.whole) if found.passage else 0
    return (order.index(True), -len(found.agreed), len(found.doubts), length)


def _named(row: RowWords, tokens: frozenset[str], text: str) -> str:
    """Return how a text names a row: `whole`, `name`, `part`, or empty if it does not."""
    if row.whole and row.whole <= tokens:
        return "whole"
    named = any(name <= tokens for name in row.names) or any(
        re.search(rf"(?<![A-Za-z0-9.]){re.escape(code)}(?![0-9])", text) for code in row.codes
    )
    if not named:
        return ""
    return "name" if row.proviso <= tokens else "part"


def _grade(
    row: RowWords, rows: Sequence[RowWords], text: _Text, *, placed: bool
) -> RowFinding | None:
    """Compare a row with one passage; None if the passage is not about it."""
    text = _own(row, text)
    passage = text.passage
    named = _named(row, text.tokens, passage.whole)
    of_kind = {
        f.property: tuple(p for p in passage.figures if p.property == f.property)
        for f in row.figures
    }
    agreed = tuple(
        f.property for f in row.figures if any(_equal(f, p) for p in of_kind[f.property])
    )
    absent = tuple(f.property for f in row.figures if not of_kind[f.property])
    differing = tuple(
        Difference(property=f.property, stated=f, printed=of_kind[f.property])
        for f in row.figures
        if of_kind[f.property] and f.property not in agreed
    )
    if not named:
        # All figures and most of the words: perhaps the text names it otherwise.
        wanted = row.whole or max(row.names, key=len, default=frozenset())
        alike = wanted and len(wanted & text.tokens) >= HALF * len(wanted)
        if not alike or absent or differing or not placed or not row.figures:
            return None
    elif row.figures and not agreed and not differing:
        return None
    elif named == "part" and (differing or _crowded(row, rows, text.tokens)):
        return None  # another row of the same condition, or one that is not held
    doubts = tuple(_doubts(row, rows, text, named=named, placed=placed, of_kind=of_kind))
    grade = EXACT
    if differing:
        grade = DIFFERS
    elif absent:
        grade = IN_PART
    elif doubts or not row.figures:
        grade = TO_CONFIRM
    return RowFinding(
        row=row,
        grade=grade,
        passage=passage,
        doubts=doubts,
        agreed=agreed,
        absent=absent,
        differing=differing,
    )


def _own(row: RowWords, text: _Text) -> _Text:
    """Leave out the lines above a passage that names the row itself."""
    passage = text.passage
    named = _named(row, text.own, passage.text) in {"whole", "name"}
    return replace(text, passage=replace(passage, above=""), tokens=text.own) if named else text


def _equal(stated: WantedFigure, printed: PrintedFigure) -> bool:
    """Return True if a printed figure is the stated one; a lower end that is not stated is free."""
    return stated.most == printed.most and stated.least in {None, printed.least}


def _doubts(
    row: RowWords,
    rows: Sequence[RowWords],
    text: _Text,
    *,
    named: str,
    placed: bool,
    of_kind: dict[str, tuple[PrintedFigure, ...]],
) -> Iterable[str]:
    """Yield why a passage with the figures of a row may not be about it, by weight."""
    passage = text.passage
    printed = [(f, p) for f in row.figures for p in of_kind[f.property]]
    agreed = {f.property for f, p in printed if _equal(f, p)}
    pairs = [(f, p) for f, p in printed if f.property in agreed]
    lead_of_row = _named(row, text.lead, passage.lead) in {"whole", "name"}
    doubts = {
        "elsewhere": not placed,
        "words": named in {"", "part"},
        "other figures": any(not _equal(f, p) for f, p in pairs),
        "range": any(_open_range(f, p) for f, p in pairs),
        "other rows": _crowded(row, rows, text.tokens),
        "other words": not text.medical <= row.familiar,
        "limited": text.limited,
        "sentence above": bool(passage.above) and passage.by_sentence,
        "lead": bool(passage.above) and not lead_of_row and not text.lead <= row.familiar,
        "columns": not passage.sure,
        "long": len(passage.whole) > LONG,
        "no words": bool(row.unsought),
        "no figure": not row.figures,
    }
    return (name for name, holds in doubts.items() if holds)


def _open_range(stated: WantedFigure, printed: PrintedFigure) -> bool:
    """Return True if the passage prints a range of visits, and the row states one end."""
    return stated.property == MOST and stated.least is None and printed.least != printed.most


def _crowded(row: RowWords, rows: Sequence[RowWords], tokens: frozenset[str]) -> bool:
    """Return True if a passage names another row, in words that this row does not have."""
    own = [name for name in (row.whole, *row.names) if name and name <= tokens]
    return any(
        name <= tokens and not any(name <= mine for mine in own)
        for other in rows
        if other.iri != row.iri
        for name in ((other.whole,) if other.whole else other.names)
        if name and name not in own
    )


def stated_words(figure: WantedFigure) -> str:
    """Write a figure as the row states it: "9-10" or "10"."""
    if figure.least is None or figure.least == figure.most:
        return str(figure.most)
    return f"{figure.least}-{figure.most}"


def printed_words(figure: PrintedFigure) -> str:
    """Write a figure as the passage prints it: "9-10" or "10"."""
    one = figure.least == figure.most
    return str(figure.most) if one else f"{figure.least}-{figure.most}"
