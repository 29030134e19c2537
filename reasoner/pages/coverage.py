"""A coverage as a table of text, or as CSV."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from io import StringIO
from itertools import groupby
from typing import TYPE_CHECKING

from reasoner.authoring.coverage import FIGURE, NO_FIGURE, NOT_HELD, SILENT
from reasoner.authoring.law_coverage import NOT_COMPUTED
from reasoner.authoring.unseen import USES

from .environment import render

if TYPE_CHECKING:
    from collections.abc import Sequence

    from reasoner.authoring.coverage import Coverage
    from reasoner.authoring.law_coverage import NotComputed
    from reasoner.authoring.unseen import Unseen

COLUMNS = ("condition", "treatment", "rank", "from", "until", "says", "visits", "verified")


@dataclass(frozen=True, slots=True, kw_only=True)
class PairCounts:
    """Counts of pairs of condition and treatment, by their best coverage."""

    figure: int
    no_figure: int
    not_held: int
    silent: int


def coverage_text(found: Coverage, *, gaps: bool) -> str:
    """Write a table of text; a question mark marks a provisional entry."""
    n = found.count()
    count = PairCounts(
        figure=n[FIGURE], no_figure=n[NO_FIGURE], not_held=n[NOT_HELD], silent=n[SILENT]
    )
    return render("coverage.txt", page=found, count=count, gaps=gaps)


def unseen_text(found: Unseen) -> str:
    """Write the rows that were not seen as a table of text."""
    return render("unseen.txt", page=found)


def unseen_csv(found: Unseen) -> str:
    """Write the rows that were not seen as CSV with a header row."""
    out = StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow((*USES, "edition", "title", "citation", "file", "iri"))
    for row in found.rows:
        writer.writerow((*row.weight, row.edition, row.title, row.citation, row.file, row.iri))
    return out.getvalue()


def coverage_csv(found: Coverage, *, gaps: bool) -> str:
    """Write the spells, and with `gaps` the gaps, as CSV with a header row."""
    out = StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    for s in (*found.spells, *(found.gaps if gaps else ())):
        visits = " ".join(map(str, s.visits))
        verified = "yes" if s.verified else "no"
        row = (s.condition, s.treatment, s.tier, s.since, s.until, s.says, visits, verified)
        writer.writerow(row)
    return out.getvalue()


def law_text(found: Sequence[NotComputed]) -> str:
    """Show the provisions that no rule applies: those on a review one by one, others counted."""
    parts = [
        (status, [(r, list(same)) for r, same in groupby(group, key=lambda n: n.reason)])
        for status, group in groupby(found, key=lambda n: n.status)
    ]
    return render("law-coverage.txt", parts=parts, listed=NOT_COMPUTED)


def law_csv(found: Sequence[NotComputed]) -> str:
    """Show the provisions that no rule applies as CSV, one a line."""
    out = StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(("status", "citation", "label", "reason", "provision"))
    writer.writerows((n.status, n.citation, n.label, n.reason, n.iri) for n in found)
    return out.getvalue()
