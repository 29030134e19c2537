"""The report on a store of letters: a page with charts, its figures as data, a page a letter."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final, cast

from reasoner.audits.corpus.counts import summary
from reasoner.audits.corpus.store import audits_of, rows
from reasoner.errors import StoreUnreadable

from .audit import audit_page
from .charts import stacked_bars
from .environment import render, words

if TYPE_CHECKING:
    from pathlib import Path

    from reasoner.audits.corpus.store import Row

MOST: Final = 12
"""Groups that a chart shows; the table under it has all."""


def write_report(store: Path, out: Path) -> Row:
    """
    Write `report.html`, `report.json` and a page for each letter.

    Returns:
        The figures, as they stand in `report.json`.

    Raises:
        StoreUnreadable: There is no store, or the folder cannot be written.
    """
    letters = rows(store)
    found = summary(letters)
    try:
        (out / "letters").mkdir(parents=True, exist_ok=True)
        for row in letters:
            page = _letter_page(row, store)
            (out / "letters" / f"{row['source']}.html").write_text(page, "utf-8")
        text = json.dumps(found | {"rows": letters}, indent=1, ensure_ascii=False)
        (out / "report.json").write_text(text + "\n", "utf-8")
        (out / "report.html").write_text(_page(found, letters), "utf-8")
    except OSError as error:
        raise StoreUnreadable(f"{error.filename or out}: {error.strerror or error}.") from error
    return found


def _page(found: Row, letters: list[Row]) -> str:
    outcomes = cast("dict[str, list[Row]]", found["outcomes"])
    charts = [
        {
            "title": f"Reviewer's outcome by {name}",
            "by": name,
            "groups": groups,
            "svg": stacked_bars(f"Reviewer's outcome by {name}", _bars(groups)),
            "hidden": max(0, len(groups) - MOST),
        }
        for name, groups in outcomes.items()
    ]
    departures = cast("dict[str, int]", found["departures"])
    title = "Departures by kind"
    kinds = stacked_bars(title, [(kind, {"items": n}) for kind, n in departures.items()])
    names = {str(row["source"]): str(row["case"] or row["file"]) for row in letters}
    return render(
        "corpus_report.html",
        found=found,
        charts=charts,
        kinds=kinds,
        names=names,
        letters=letters,
    )


def _bars(groups: list[Row]) -> list[tuple[str, dict[str, int]]]:
    return [(str(g["name"]), cast("dict[str, int]", g["reviewer"])) for g in groups[:MOST]]


def _letter_page(row: Row, store: Path) -> str:
    source = (store / "sources" / f"{row['source']}.txt").read_text("utf-8", "surrogatepass")
    title = str(row["case"] or row["file"])
    page = audit_page(audits_of(store, str(row["source"])), title)
    text = source.encode("utf-8", "replace").decode()
    return render("corpus_letter.html", page=page, text=text, **words("audit_words.txt"))
