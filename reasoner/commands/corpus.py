"""The commands on many letters: `mednec corpus build` and `mednec corpus report`."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from reasoner.audits.corpus.report import write_report
from reasoner.audits.corpus.store import build
from reasoner.knowledge.base import load_knowledge

from .options import FOLDER, progress
from .read import corpus, letter_files

STORE = click.option(
    "--store",
    type=click.Path(path_type=Path, file_okay=False),
    required=True,
    help="Folder of the store of letters.",
)


@corpus.command("build")
@click.argument("directory", type=click.Path(path_type=Path, exists=True, file_okay=False))
@STORE
@FOLDER
def corpus_build_command(directory: Path, store: Path, folder: Path | None) -> None:
    """
    Read, decide and audit every letter below DIRECTORY and add it to a store.

    A letter that is there already is passed over. Exit code 0 if all could be read, 1 if not.
    """
    files = letter_files(directory)
    with progress(files, f"Reading {len(files)} letters") as each:
        done = build(each, store, load_knowledge(folder))
    if done.recovered:
        click.echo(
            f"{store}: the build before broke off; what it had not written to the end was cut off, "
            "and is read again when its letters are named.",
            err=True,
        )
    for failure in done.failed:
        click.echo(failure, err=True)
    click.echo(f"{store}: {done.added} added, {done.known} known, {len(done.failed)} not read")
    sys.exit(1 if done.failed else 0)


@corpus.command("report")
@STORE
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    required=True,
    help="Folder for report.html, report.json and a page for each letter.",
)
def corpus_report_command(store: Path, out: Path) -> None:
    """Write a report on the letters of a store: outcomes, agreement and departures."""
    found = write_report(store, out)
    click.echo(f"{out / 'report.html'}: {found['letters']} letters, {found['decided']} decided")


COMMANDS: tuple[click.Command, ...] = ()
"""None of its own: they join the group `corpus` of the reader."""
