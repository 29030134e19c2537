"""The command that asks the knowledge base: `mednec query`."""

from __future__ import annotations

from pathlib import Path
from typing import IO

import click

from reasoner.audits.corpus.store import stored_facts
from reasoner.determinations.proof_graph import stored_triples
from reasoner.knowledge.query import FORMS, ask

from .options import FOLDER, load


@click.command("query")
@click.argument("query", type=click.File("r", encoding="utf-8-sig"))
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
@FOLDER
def query_command(
    query: IO[str], form: str, store: Path | None, over: tuple[Path, ...], folder: Path
) -> None:
    """Run a SPARQL QUERY (a file, or - for standard input) on the knowledge base."""
    stored = (*stored_triples(over), *(stored_facts(store) if store else ()))
    answer = ask(query.read(), load(folder), accept=form, over=stored)
    click.echo(answer.body.decode(), nl=False)
