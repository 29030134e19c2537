"""The command `mednec coverage`."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from reasoner.authoring.coverage import coverage, narrow
from reasoner.authoring.scaffold import is_date
from reasoner.authoring.space import Space
from reasoner.pages.coverage import coverage_csv, coverage_text

from .options import FOLDER, load

if TYPE_CHECKING:
    from pathlib import Path


@click.command("coverage")
@click.option("--on", "day", metavar="DATE", default="", help="Show one day only.")
@click.option(
    "--condition", default="", metavar="TEXT", help="Show conditions whose label contains this."
)
@click.option(
    "--treatment", default="", metavar="TEXT", help="Show treatments whose label contains this."
)
@click.option("--gaps", is_flag=True, help="List the gaps first.")
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "csv", "json"]),
    default="text",
    show_default=True,
    help="Output format.",
)
@FOLDER
def coverage_command(
    day: str, condition: str, treatment: str, form: str, *, gaps: bool, folder: Path
) -> None:
    """Show which treatments the sources cover for which conditions, and count the gaps."""
    if day and not is_date(day):
        raise click.UsageError(f"'{day}' is not a date; write YYYY-MM-DD.")
    every = coverage(Space(load(folder)), day)
    found = narrow(every, condition=condition, treatment=treatment)
    if not (found.pairs or found.spells or found.gaps):
        asked = " and ".join(f"'{text}'" for text in (condition, treatment) if text)
        raise click.UsageError(f"No label of a condition or a treatment contains {asked}.")
    if form == "json":
        data = {**asdict(found), "count": found.count()}
        click.echo(json.dumps(data, indent=2, ensure_ascii=False))
    elif form == "csv":
        click.echo(coverage_csv(found, gaps=gaps), nl=False)
    else:
        click.echo(coverage_text(found, gaps=gaps), nl=False)
