"""The command `mednec coverage`."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

import click

from reasoner.authoring.case_sources import find_cases
from reasoner.authoring.coverage import coverage, narrow
from reasoner.authoring.law_coverage import not_computed
from reasoner.authoring.scaffold import is_date
from reasoner.authoring.space import Space
from reasoner.authoring.unseen import rank_unseen
from reasoner.pages.coverage import (
    coverage_csv,
    coverage_text,
    law_csv,
    law_text,
    unseen_csv,
    unseen_text,
)

from .options import FOLDER, load, progress


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
@click.option(
    "--unseen",
    is_flag=True,
    help="Rank the rows whose text was not seen by what rests on them in --cases.",
)
@click.option(
    "--cases",
    type=click.Path(path_type=Path, exists=True),
    help="For --unseen: a folder of cases (.ttl, .json, .jsonld) or of determinations "
    "('mednec decide --format json'), with its subfolders.",
)
@click.option(
    "--law", is_flag=True, help="List the provisions that no rule applies, each with the reason."
)
@FOLDER
def coverage_command(  # noqa: C901, PLR0913 - one for each option
    day: str,
    condition: str,
    treatment: str,
    form: str,
    *,
    gaps: bool,
    unseen: bool,
    cases: Path | None,
    law: bool,
    folder: Path,
) -> None:
    """
    Show which treatments the sources cover for which conditions, and count the gaps.

    With --unseen, show which rows to compare with their text first, as 'mednec verify-rows' does.
    With --law, list the provisions of law that are held and that no rule applies.
    """
    if law:
        if day or condition or treatment or gaps or unseen or cases is not None:
            raise click.UsageError("--law goes with --format only.")
        _show_law(form, folder)
        return
    if unseen:
        if day or condition or treatment or gaps:
            raise click.UsageError("--unseen goes with --cases and --format only.")
        if cases is None:
            raise click.UsageError("Name a folder of cases or determinations with --cases.")
        _show_unseen(cases, form, folder)
        return
    if cases is not None:
        raise click.UsageError("--cases goes with --unseen.")
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


def _show_law(form: str, folder: Path) -> None:
    found = not_computed(load(folder))
    if form == "json":
        click.echo(json.dumps([asdict(one) for one in found], indent=2, ensure_ascii=False))
    elif form == "csv":
        click.echo(law_csv(found), nl=False)
    else:
        click.echo(law_text(found), nl=False)


def _show_unseen(cases: Path, form: str, folder: Path) -> None:
    sources = find_cases(cases)
    if not sources:
        raise click.UsageError(f"{cases} does not contain a case or a determination.")
    known = load(folder)
    with progress(sources, f"Reading {len(sources)} cases") as each:
        found = rank_unseen(known, each)
    if form == "json":
        click.echo(json.dumps(asdict(found), indent=2, ensure_ascii=False))
    elif form == "csv":
        click.echo(unseen_csv(found), nl=False)
    else:
        click.echo(unseen_text(found), nl=False)
