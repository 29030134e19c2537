"""The command `mednec read`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from reasoner.audits.audit import is_decided_here
from reasoner.letters.case_graph import case_of
from reasoner.letters.data import letter_json
from reasoner.letters.files import load_source
from reasoner.letters.lexicon import read_lexicon
from reasoner.letters.read import read_letter
from reasoner.letters.readers.facts import parts_of
from reasoner.letters.readers.statements import Words
from reasoner.pages.reading import (
    reading_text,
    shown_as_html,
    shown_in_brackets,
    shown_in_colors,
)

from .options import FOLDER, load

if TYPE_CHECKING:
    from reasoner.letters.lexicon import Lexicon
    from reasoner.letters.model import Letter


@click.command("read")
@click.argument("letter", type=click.Path(path_type=Path))
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json", "html", "turtle"]),
    default="text",
    show_default=True,
    help="text: a page; json: all data; html: the letter, marked; turtle: the case graph of each "
    "item of physical medicine.",
)
@click.option("--show", is_flag=True, help="Print the letter with what was read marked.")
@FOLDER
def read_command(letter: Path, form: str, *, show: bool, folder: Path) -> None:
    """
    Read LETTER (text or PDF) and print the facts found, and what was not understood.

    Exit code 0 if every part of the letter was found, 1 if a part is missing, 2 if the file is not
    a letter.
    """
    lexicon = read_lexicon(load(folder).facts)
    read = read_letter(load_source(letter), lexicon)
    if form == "turtle":
        click.echo(case_graphs(read, lexicon), nl=False)
    elif form == "html":
        click.echo(shown_as_html(read), nl=False)
    elif show:
        click.echo(_shown(read))
    elif form == "json":
        click.echo(letter_json(read))
    else:
        click.echo(reading_text(read), nl=False)
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
    return shown_in_colors(letter) if sys.stdout.isatty() else shown_in_brackets(letter)
