"""The commands that read letters: `mednec read` and `mednec corpus read`."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from reasoner.audits.audit import Auditor, is_decided_here, with_determinations
from reasoner.errors import CaseError, LetterUnreadable
from reasoner.knowledge.base import load_knowledge
from reasoner.letters.as_json import letter_data
from reasoner.letters.as_text import letter_text
from reasoner.letters.case_graph import case_of
from reasoner.letters.files import load_source
from reasoner.letters.lexicon import read_lexicon
from reasoner.letters.read import read_letter
from reasoner.letters.readers.facts import parts_of
from reasoner.letters.readers.statements import Words
from reasoner.letters.reference_form import as_reference
from reasoner.letters.show import shown_as_html, shown_in_brackets, shown_in_colours

from .options import FOLDER, progress

if TYPE_CHECKING:
    from reasoner.letters.lexicon import Lexicon
    from reasoner.letters.model import Letter

SUFFIXES = {".txt", ".pdf"}


@click.command("read")
@click.argument("letter", type=click.Path(path_type=Path))
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json", "html", "turtle"]),
    default="text",
    show_default=True,
    help="A page of what was read, all of it as data, the letter marked as a page of HTML, or the "
    "case graph of each item of physical medicine.",
)
@click.option("--show", is_flag=True, help="Print the letter itself with what was read marked.")
@FOLDER
def read_command(letter: Path, form: str, *, show: bool, folder: Path | None) -> None:
    """
    Read LETTER (text or PDF) and print what was read, and what was not.

    Exit code 0 if every part of the letter was found, 1 if a part is missing, 2 if it is no letter.
    """
    lexicon = read_lexicon(load_knowledge(folder).facts)
    read = read_letter(load_source(letter), lexicon)
    if form == "turtle":
        click.echo(case_graphs(read, lexicon), nl=False)
    elif form == "html":
        click.echo(shown_as_html(read), nl=False)
    elif show:
        click.echo(_shown(read))
    elif form == "json":
        click.echo(json.dumps(letter_data(read), indent=2, ensure_ascii=False))
    else:
        click.echo(letter_text(read), nl=False)
    sys.exit(1 if any(p.kind.endswith(("-missing", "-incomplete")) for p in read.problems) else 0)


def case_graphs(letter: Letter, lexicon: Lexicon) -> str:
    """
    Return the case graphs of the items that are decided here, as one Turtle document.

    Each part of a case has the passages that it was read from, and how it follows from them. A
    letter without such an item gives a document without facts.
    """
    words = Words(letter, lexicon)
    parts = [p for item in letter.items if is_decided_here(item) for p in parts_of(item)]
    return "\n".join(case_of(letter, part, lexicon, words).decode() for part in parts)


def _shown(letter: Letter) -> str:
    return shown_in_colours(letter) if sys.stdout.isatty() else shown_in_brackets(letter)


@click.group("corpus")
def corpus() -> None:
    """Work on a folder of letters."""


@corpus.command("read")
@click.argument("directory", type=click.Path(path_type=Path, exists=True, file_okay=False))
@click.option(
    "--format",
    "form",
    type=click.Choice(["jsonl"]),
    default="jsonl",
    show_default=True,
    help="One object a letter, in codes of the lexicon.",
)
@FOLDER
def corpus_read_command(directory: Path, form: str, folder: Path | None) -> None:
    """
    Read every letter (.txt, .pdf) below DIRECTORY; one that cannot be read stops no other.

    Exit code 0 if all were read, 1 if one was not.
    """
    files = letter_files(directory)
    auditor = Auditor(load_knowledge(folder))
    failed = 0
    with progress(files, f"Reading {len(files)} letters") as each:
        for path in each:
            read = _try(path, auditor.lexicon)
            failed += read is None
            if read is not None:
                audits = auditor.audit(read)
                data = with_determinations(as_reference(read), audits, auditor.knowledge)
                click.echo(json.dumps(data, ensure_ascii=False))
    click.echo(f"{len(files) - failed} letters read as {form}, {failed} not", err=True)
    sys.exit(1 if failed else 0)


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


COMMANDS = (read_command, corpus)
