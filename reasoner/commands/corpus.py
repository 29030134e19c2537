"""The commands on many letters: `mednec corpus read | build | report`."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from reasoner.audits.audit import Auditor, with_determinations
from reasoner.audits.corpus.store import build
from reasoner.errors import CaseError, LetterUnreadable
from reasoner.letters.facts_form import with_facts_read
from reasoner.letters.files import load_source
from reasoner.letters.read import read_letter
from reasoner.letters.reference_form import as_reference
from reasoner.pages.corpus import write_report

from .options import FOLDER, load, progress

if TYPE_CHECKING:
    from reasoner.letters.lexicon import Lexicon
    from reasoner.letters.model import Letter

SUFFIXES = {".txt", ".pdf"}
STORE = click.option(
    "--store",
    type=click.Path(path_type=Path, file_okay=False),
    required=True,
    help="Folder of the store of letters.",
)


@click.group("corpus")
def corpus() -> None:
    """Read, audit and report on a folder of letters."""


@corpus.command("read")
@click.argument("directory", type=click.Path(path_type=Path, exists=True, file_okay=False))
@click.option(
    "--format",
    "form",
    type=click.Choice(["jsonl"]),
    default="jsonl",
    show_default=True,
    help="One JSON object per letter, with the codes of the lexicon.",
)
@FOLDER
def corpus_read_command(directory: Path, form: str, folder: Path) -> None:
    """
    Read each letter (.txt, .pdf) below DIRECTORY; a letter that cannot be read is skipped.

    Exit code 0 if all were read, 1 if one was not.
    """
    files = letter_files(directory)
    auditor = Auditor(load(folder))
    failed = 0
    with progress(files, f"Reading {len(files)} letters") as each:
        for path in each:
            read = _try(path, auditor.lexicon)
            failed += read is None
            if read is not None:
                audits = auditor.audit(read)
                data = with_determinations(as_reference(read), audits, auditor.knowledge)
                data = with_facts_read(data, read, auditor.lexicon)
                click.echo(json.dumps(data, ensure_ascii=False))
    click.echo(f"{len(files) - failed} letters read as {form}, {failed} not", err=True)
    sys.exit(1 if failed else 0)


@corpus.command("build")
@click.argument("directory", type=click.Path(path_type=Path, exists=True, file_okay=False))
@STORE
@FOLDER
def corpus_build_command(directory: Path, store: Path, folder: Path) -> None:
    """
    Read, decide and audit each letter below DIRECTORY and add it to a store.

    A letter that is already in the store is skipped. Exit code 0 if all were read, 1 if not.
    """
    files = letter_files(directory)
    with progress(files, f"Reading {len(files)} letters") as each:
        done = build(each, store, load(folder))
    if done.recovered:
        click.echo(
            f"{store}: the previous build was interrupted. What it had not finished writing was "
            "removed; build the store from the same letters again.",
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
    click.echo(f"{out / 'report.html'}: {found.letters} letters, {found.decided} decided")


def letter_files(directory: Path) -> list[Path]:
    """
    List the letters below a folder, sorted by path.

    Raises:
        LetterUnreadable: There is none.
    """
    files = sorted(p for p in directory.rglob("*") if p.suffix.lower() in SUFFIXES and p.is_file())
    if not files:
        raise LetterUnreadable(
            f"{directory}: no letter (.txt, .pdf) in it.", hint="Name a folder of letters."
        )
    return files


def _try(path: Path, lexicon: Lexicon) -> Letter | None:
    """Read one letter; say on standard error why it could not be read."""
    try:
        return read_letter(load_source(path), lexicon)
    except CaseError as error:
        click.echo(f"{path.name}: {error.code}: {error}", err=True)
        return None
