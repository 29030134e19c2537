"""The command `mednec verify-rows`."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click
import msgspec

from reasoner.authoring.compare_rows import CONFIRMABLE, DIFFERS, EXACT, compare_rows
from reasoner.authoring.printed_figures import figure_words
from reasoner.authoring.record_verification import (
    Seen,
    record_verifications,
    withdraw_verifications,
)
from reasoner.authoring.row_words import rows_of
from reasoner.authoring.source_text import read_source
from reasoner.pages.verification import describe_rows, pair_text, rows_html, rows_text

from .options import FOLDER, FORMAT, DateArgument, load, progress

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import date

    from reasoner.authoring.compare_rows import RowFinding
    from reasoner.authoring.row_words import RowWords
    from reasoner.authoring.source_text import SourceText
    from reasoner.knowledge.base import Knowledge


def _day(_: click.Context, __: click.Parameter, moment: datetime | None) -> date:
    return (moment or datetime.now(tz=UTC)).date()


@click.command("verify-rows")
@click.argument("guideline")
@click.option(
    "--source",
    type=click.Path(path_type=Path, dir_okay=False),
    help="The text of the guideline: a PDF or a text file.",
)
@click.option("--row", "names", multiple=True, metavar="ROW", help="Only this row; repeatable.")
@click.option("--all", "every", is_flag=True, help="Also the rows that are verified already.")
@click.option("--accept-exact", is_flag=True, help="Record every row whose passage is exact.")
@click.option("--confirm", "ask", is_flag=True, help="Ask about each row that was found.")
@click.option("--by", metavar="NAME", default="", help="Who compared the rows with the text.")
@click.option(
    "--on",
    type=DateArgument(["%Y-%m-%d"]),
    callback=_day,
    metavar="DATE",
    help="The day of the comparison. Default: today.",
)
@click.option("--withdraw", multiple=True, metavar="ROW", help="Remove the records of this row.")
@click.option(
    "--html",
    "page",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Also write the comparison as an HTML page.",
)
@FORMAT
@FOLDER
def verify_rows_command(  # noqa: PLR0913 - one for each option
    guideline: str,
    *,
    source: Path | None,
    names: tuple[str, ...],
    every: bool,
    accept_exact: bool,
    ask: bool,
    by: str,
    on: date,
    withdraw: tuple[str, ...],
    page: Path | None,
    form: str,
    folder: Path,
) -> None:
    """
    Compare the rows of GUIDELINE with its text, and record who verified them.

    GUIDELINE is the name of an edition, such as body-topic-2016. Each row is shown next to the
    passage that states it. Nothing is written without --accept-exact or --confirm, which need --by.
    A row is recorded with the name, the day, the page and the SHA-256 of the file; --withdraw
    returns it to the mark that it had. A row whose figures differ from the text is never recorded.
    Exit code 1 if a row differs from the text.
    """
    knowledge = load(folder, entailed=())
    rows = rows_of(knowledge, guideline, figure_words(knowledge))
    _refuse_unknown(rows, (*names, *withdraw))
    if withdraw:
        _withdraw(knowledge, rows, withdraw)
        return
    if source is None:
        raise click.UsageError("Name the text of the guideline with --source FILE.")
    if (accept_exact or ask) and not by.strip():
        raise click.UsageError("A record needs the name of the person who compared: --by NAME.")
    if ask and form == "json":
        raise click.UsageError("--confirm asks a person: use it without --format json.")
    text, findings = _compared(knowledge, rows, source)
    shown = [f for f in findings if _is_wanted(f.row, names, every=every)]
    chosen = [f for f in shown if accept_exact and f.grade == EXACT]
    if ask:
        chosen += _confirmed([f for f in shown if f not in chosen], text, knowledge, by=by)
    if chosen:
        seen = [_seen(f, text, by=by.strip(), on=on) for f in chosen]
        record_verifications(knowledge, seen)
    recorded = frozenset(f.row.iri for f in chosen)
    data = describe_rows(guideline, shown, text, knowledge, recorded=recorded)
    if page is not None:
        page.write_text(rows_html(data), encoding="utf-8")
    if form == "json":
        click.echo(msgspec.json.format(msgspec.json.encode(data), indent=2))
    else:
        click.echo(rows_text(data), nl=False)
        click.echo(_closing(shown, chosen, asked=accept_exact or ask))
    sys.exit(1 if any(f.grade == DIFFERS for f in shown) else 0)


def _compared(
    knowledge: Knowledge, rows: Sequence[RowWords], source: Path
) -> tuple[SourceText, tuple[RowFinding, ...]]:
    """Read the text and compare all rows with it, with a bar of progress for each."""

    def pages_of(pages: Sequence[int]) -> Iterator[int]:
        with progress(pages, "Pages") as bar:
            yield from bar

    def through(items: Sequence[RowWords]) -> Iterator[RowWords]:
        with progress(items, "Rows") as bar:
            yield from bar

    text = read_source(source, pages_of=pages_of)
    return text, compare_rows(rows, text, figure_words(knowledge), through=through)


def _refuse_unknown(rows: Sequence[RowWords], names: Iterable[str]) -> None:
    known = {row.name for row in rows}
    for name in names:
        if name not in known:
            raise click.UsageError(
                f"The guideline has no row '{name}'; its rows are: {', '.join(sorted(known))}."
            )


def _withdraw(knowledge: Knowledge, rows: Sequence[RowWords], names: Sequence[str]) -> None:
    iris = [row.iri for row in rows if row.name in names]
    for path in withdraw_verifications(knowledge, iris):
        click.echo(f"changed: {path}")


def _is_wanted(row: RowWords, names: Sequence[str], *, every: bool) -> bool:
    return row.name in names if names else every or not row.verified


def _seen(found: RowFinding, text: SourceText, *, by: str, on: date) -> Seen:
    passage = found.passage
    if passage is None:
        raise AssertionError
    return Seen(
        row=found.row.iri,
        by=by,
        on=on.isoformat(),
        page=passage.page if text.paged else None,
        line=None if text.paged else passage.line,
        source=text.digest,
    )


def _confirmed(
    found: Sequence[RowFinding], text: SourceText, knowledge: Knowledge, *, by: str
) -> list[RowFinding]:
    """Show each row that can be confirmed, and keep those that the person confirms."""
    chosen = []
    for one in found:
        if one.grade not in CONFIRMABLE or one.passage is None:
            continue
        data = describe_rows("", [one], text, knowledge)
        (row,) = data.rows
        click.echo(f"\n{row.row} · {row.pinpoint} · {row.grade}\n\n{pair_text(row)}")
        for note in (*row.absent, *row.doubts):
            click.echo(f"    - {note}")
        answer = click.prompt(
            f"Record that {by.strip()} read this row here?",
            type=click.Choice(["y", "n", "q"]),
            default="n",
            err=True,
        )
        if answer == "q":
            break
        if answer == "y":
            chosen.append(one)
    return chosen


def _closing(shown: Sequence[RowFinding], chosen: Sequence[RowFinding], *, asked: bool) -> str:
    if chosen:
        return f"{len(chosen)} {'row is' if len(chosen) == 1 else 'rows are'} now verified."
    if asked or not any(f.grade in CONFIRMABLE for f in shown):
        return "Nothing was recorded."
    return "Nothing was recorded: add --accept-exact or --confirm, and --by NAME."
