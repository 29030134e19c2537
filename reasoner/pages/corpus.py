"""The report on a store of letters: a page with charts, its figures, and a page per letter."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from reasoner.audits.corpus.counts import summary
from reasoner.audits.corpus.store import audits_of, rows
from reasoner.determinations.data import to_json
from reasoner.errors import StoreUnreadable

from .audit import audit_page
from .charts import stacked_bars
from .environment import phrase, render, words

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from markupsafe import Markup

    from reasoner.audits.corpus.model import CorpusSummary, GroupData, LetterRow

MOST: Final = 12
"""Number of groups in a chart; the table below it has all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OutcomeChart:
    """
    A chart of the reviewer's outcomes, with its table.

    Attributes:
        title: What it shows.
        by: The property by which the items are grouped.
        groups: All groups, the largest first.
        svg: The chart of the first groups.
        hidden: The number of groups that only the table shows.
    """

    title: str
    by: str
    groups: Sequence[GroupData]
    svg: Markup
    hidden: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CorpusPage:
    """
    The page of a report.

    Attributes:
        found: Its figures.
        charts: Its charts of outcomes.
        kinds: Its chart of departures.
        letters: The rows of the letters, sorted by file.
        titles: The titles of the letters by their names in the store.
    """

    found: CorpusSummary
    charts: tuple[OutcomeChart, ...]
    kinds: Markup
    letters: tuple[LetterRow, ...]
    titles: Mapping[str, str]


def write_report(store: Path, out: Path) -> CorpusSummary:
    """
    Write `report.html`, `report.json` and a page for each letter.

    Returns:
        The figures of `report.json`.

    Raises:
        StoreUnreadable: The folder is not a store, or the output cannot be written.
    """
    letters = rows(store)
    found = summary(letters)
    try:
        (out / "letters").mkdir(parents=True, exist_ok=True)
        for row in letters:
            page = _letter_page(row, store)
            (out / "letters" / f"{row.source}.html").write_text(page, "utf-8")
        data = to_json(found) | {"rows": [to_json(row) for row in letters]}
        text = json.dumps(data, indent=1, ensure_ascii=False)
        (out / "report.json").write_text(text + "\n", "utf-8")
        page = render("corpus_report.html", page=corpus_page(found, letters))
        (out / "report.html").write_text(page, "utf-8")
    except OSError as error:
        raise StoreUnreadable(f"{error.filename or out}: {error.strerror or error}.") from error
    return found


def corpus_page(found: CorpusSummary, letters: Sequence[LetterRow]) -> CorpusPage:
    """Return the model of the page of a report."""
    title = phrase("departures_by_kind")
    bars = [(kind, {"items": n}) for kind, n in found.departures.items()]
    return CorpusPage(
        found=found,
        charts=tuple(_chart(by, groups) for by, groups in found.outcomes.items()),
        kinds=stacked_bars(title, bars),
        letters=tuple(sorted(letters, key=lambda row: row.file)),
        titles={row.source: row.title for row in letters},
    )


def _chart(by: str, groups: Sequence[GroupData]) -> OutcomeChart:
    title = phrase("outcome_by", by)
    return OutcomeChart(
        title=title,
        by=by,
        groups=groups,
        svg=stacked_bars(title, [(g.name, g.reviewer) for g in groups[:MOST]]),
        hidden=max(0, len(groups) - MOST),
    )


def _letter_page(row: LetterRow, store: Path) -> str:
    source = (store / "sources" / f"{row.source}.txt").read_text("utf-8", "surrogatepass")
    page = audit_page(audits_of(store, row.source), row.title)
    text = source.encode("utf-8", "replace").decode()
    return render("corpus_letter.html", page=page, text=text, **words("audit_words.txt"))
