"""The command that asks the knowledge base and the records: `mednec query`."""

from __future__ import annotations

import csv
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from reasoner.audits.corpus.store import stored_facts
from reasoner.containment.pool import WorkerPool
from reasoner.containment.sparql import QUERY_TASK
from reasoner.determinations.proof_graph import stored_triples
from reasoner.knowledge.named_queries import find_query, named_queries
from reasoner.knowledge.query import FORMS, LIMITS, ask, asked_over
from reasoner.knowledge.query_answers import answer_named

from .options import FOLDER, load

if TYPE_CHECKING:
    from collections.abc import Iterator

    from reasoner.knowledge.base import Knowledge
    from reasoner.knowledge.named_queries import NamedQuery


@click.command("query", context_settings={"ignore_unknown_options": True})
@click.argument("query", required=False)
@click.argument("values", nargs=-1, type=click.UNPROCESSED, metavar="[--PARAMETER VALUE]...")
@click.option("--list", "listed", is_flag=True, help="List the queries of the library.")
@click.option(
    "--format",
    "form",
    type=click.Choice(FORMS),
    default="csv",
    show_default=True,
    help="json, xml, csv or tsv for SELECT and ASK; another for CONSTRUCT and DESCRIBE.",
)
@click.option(
    "--store",
    type=click.Path(path_type=Path, file_okay=False),
    help="Also query a store of letters ('mednec corpus build').",
)
@click.option(
    "--over",
    multiple=True,
    type=click.Path(path_type=Path),
    help="Also query a determination in Turtle or JSON-LD, or a folder of them; may be repeated.",
)
@click.option(
    "--records",
    type=click.Path(path_type=Path, exists=True),
    help="Query these records: a copy of the store of the service, or N-Quads.",
)
@FOLDER
def query_command(  # noqa: PLR0913, PLR0917 - one for each option
    query: str | None,
    values: tuple[str, ...],
    listed: bool,  # noqa: FBT001 - an option
    form: str,
    store: Path | None,
    over: tuple[Path, ...],
    records: Path | None,
    folder: Path,
) -> None:
    """
    Run a SPARQL QUERY (a file, or - for standard input) on the knowledge base.

    QUERY may also be the name of a query of the library (--list); its parameters are given as
    options, such as --region Knee.
    """
    knowledge = load(folder)
    if listed:
        _list(knowledge)
        return
    if query is None:
        raise click.UsageError("Name a query, or list those of the library with --list.")
    text = _text_of(query)
    if text is None:
        _answer_named(find_query(query, knowledge), values, knowledge, records)
        return
    if values:
        raise click.UsageError(f"No such option: {values[0]}")
    stored = (*stored_triples(over), *(stored_facts(store) if store else ()))
    answer = ask(text, knowledge, accept=form, over=stored)
    click.echo(answer.body.decode(), nl=False)


def _text_of(query: str) -> str | None:
    """Return the text of a query in a file or on standard input; None for a name."""
    if query == "-":
        return sys.stdin.buffer.read().decode("utf-8-sig")
    path = Path(query)
    if path.is_file():
        return path.read_text(encoding="utf-8-sig")
    if path.suffix or len(path.parts) > 1:
        raise click.BadParameter(f"'{query}': No such file or directory.", param_hint="'QUERY'")
    return None


def _list(knowledge: Knowledge) -> None:
    for query in named_queries(knowledge).values():
        click.echo(f"{query.name}  ({query.reads})")
        click.echo(f"    {query.summary}")
        for one in query.parameters:
            kind = f"{one.kind} {one.of}".strip()
            default = f" Default: {one.default.partition('^^')[0]}." if one.default else ""
            click.echo(f"    --{one.name}: {kind}. {one.description}{default}")


def _answer_named(
    query: NamedQuery, values: tuple[str, ...], knowledge: Knowledge, records: Path | None
) -> None:
    with _pool(knowledge, records) as pool:
        answer = answer_named(query, _given(values), knowledge, pool)
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(column.name for column in query.columns)
    writer.writerows(answer.rows)


@contextmanager
def _pool(knowledge: Knowledge, records: Path | None) -> Iterator[WorkerPool]:
    if records is None:
        with asked_over(knowledge) as pool:
            yield pool
        return
    pool = WorkerPool(
        task=QUERY_TASK, argument=str(records), limits=LIMITS, size=1, spare=0, alone=False
    )
    try:
        yield pool
    finally:
        pool.close()


def _given(values: tuple[str, ...]) -> dict[str, str]:
    """Read `--name value` and `--name=value`."""
    found: dict[str, str] = {}
    waiting = list(values)
    while waiting:
        option = waiting.pop(0)
        name, equals, value = option.removeprefix("--").partition("=")
        if not option.startswith("--") or not name:
            raise click.UsageError(f"Write --PARAMETER VALUE, not '{option}'.")
        if not equals:
            if not waiting:
                raise click.UsageError(f"--{name} needs a value.")
            value = waiting.pop(0)
        if name in found:
            raise click.UsageError(f"--{name} is given twice.")
        found[name] = value
    return found
