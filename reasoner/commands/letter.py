"""The commands for letters and decisions: `mednec letter` and `mednec sign`."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from reasoner.determinations.assess import decide, load_case_file
from reasoner.errors import DocumentUnreadable
from reasoner.pages.letter.write import write_letter
from reasoner.records.as_rdf import signed_rdf
from reasoner.records.documents import assessment_data, is_document, read_document
from reasoner.records.rulings import Ruling
from reasoner.records.signing import Physician, sign

from .options import FOLDER, load

if TYPE_CHECKING:
    from reasoner.determinations.data import Json
    from reasoner.knowledge.base import Knowledge

OUTPUT = click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Write to this file instead of standard output.",
)


@click.command("letter")
@click.argument("source", metavar="CASE", type=click.Path(path_type=Path))
@click.option(
    "--format",
    "form",
    type=click.Choice(["html", "pdf", "text"]),
    help="Output format. Default: the format that the name of the output file ends in, else text.",
)
@OUTPUT
@click.option(
    "--venue",
    metavar="VENUE",
    help="Short name of the venue whose letter it is, such as ur or imr. Default: the venue that "
    "the case is at.",
)
@click.option(
    "--memo",
    is_flag=True,
    help="Write the internal memorandum: what is kept with the letter and not served.",
)
@click.option(
    "--confidential",
    is_flag=True,
    help="Withhold the name and the license number of the physician.",
)
@FOLDER
def letter_command(  # noqa: PLR0913 - one for each option
    source: Path,
    form: str | None,
    output: Path | None,
    venue: str | None,
    *,
    memo: bool,
    confidential: bool,
    folder: Path,
) -> None:
    """
    Write the determination of CASE as a letter.

    CASE is a case (.ttl, .json or .jsonld), a determination ('mednec decide --format json') or a
    decision ('mednec sign'). Until a physician has decided, the letter is marked as a draft. It has
    what the venue decides and nothing else; --memo writes the rest.
    """
    knowledge = load(folder)
    document = _document(source, knowledge)
    wanted = form or _form_of(output)
    letter = write_letter(
        document, knowledge, wanted, venue=venue, memo=memo, confidential=confidential
    )
    if wanted == "pdf" and output is None and sys.stdout.isatty():
        raise click.UsageError("A PDF cannot be shown in a terminal: name a file with -o.")
    _write(letter, output)


def _form_of(output: Path | None) -> str:
    endings = {".pdf": "pdf", ".html": "html", ".htm": "html", ".txt": "text", "": "text"}
    ending = output.suffix.lower() if output else ".txt"
    if ending not in endings:
        raise click.UsageError(
            f"{output}: no letter is written as '{ending}'; name a file in "
            f"{', '.join(filter(None, sorted(endings)))}, or say --format."
        )
    return endings[ending]


def _document(source: Path, knowledge: Knowledge) -> Json:
    if source.suffix.lower() == ".json" and source.is_file():
        data = source.read_bytes()
        if is_document(data):
            return read_document(data, source=str(source))
    return assessment_data(decide(load_case_file(source, knowledge), knowledge), knowledge)


def _write(data: bytes, output: Path | None) -> None:
    if output is None:
        click.echo(data, nl=False)
        return
    try:
        output.write_bytes(data)
    except OSError as error:
        raise click.UsageError(f"{output}: {error.strerror or error}.") from error


@click.command("sign")
@click.argument("determination", type=click.Path(path_type=Path))
@click.option("--physician", required=True, metavar="NAME", help="The physician who decides.")
@click.option(
    "--licence", required=True, help="State and license number, such as 'California A 12345'."
)
@click.option("--specialty", required=True, help="Certification or specialty.")
@click.option("--hours", default="", help="When and how the physician can be reached.")
@click.option("--decision", required=True, type=click.Choice(["accept", "override"]))
@click.option("--on", "decided_on", required=True, metavar="DATE", help="The date of the decision.")
@click.option("--outcome", help="The outcome; required to override.")
@click.option(
    "--visits",
    type=int,
    help="Visits found necessary; required for a part, and where the record supports an interval.",
)
@click.option("--reason", default="", help="The reason of the physician; required to override.")
@click.option(
    "--confirm",
    multiple=True,
    metavar="SOURCE",
    help="A source whose text the physician saw, by its number or IRI; may be repeated.",
)
@click.option(
    "--withdraw",
    multiple=True,
    metavar="SOURCE",
    help="A source that was not seen and is left out of what is served; may be repeated.",
)
@click.option("--item", help="Which item, counted from 1. Default: each item that is not decided.")
@click.option(
    "--format",
    "form",
    type=click.Choice(["json", "turtle", "jsonld"]),
    default="json",
    show_default=True,
)
@OUTPUT
@FOLDER
def sign_command(  # noqa: PLR0913 - one for each option
    determination: Path,
    *,
    physician: str,
    licence: str,
    specialty: str,
    hours: str,
    decision: str,
    decided_on: str,
    outcome: str | None,
    visits: int | None,
    reason: str,
    confirm: tuple[str, ...],
    withdraw: tuple[str, ...],
    item: str | None,
    form: str,
    output: Path | None,
    folder: Path,
) -> None:
    """
    Record a physician's decision on DETERMINATION ('mednec decide CASE --format json').

    The recommendation is kept unchanged, and its hash is checked. An override requires a reason.
    Each source of the letter whose text was not seen is confirmed or withdrawn; without that,
    nothing is signed, and the sources are listed.
    """
    knowledge = load(folder)
    try:
        data = determination.read_bytes()
    except OSError as error:
        raise DocumentUnreadable(f"{determination}: {error.strerror or error}.") from error
    signed = sign(
        read_document(data, source=str(determination)),
        knowledge,
        Physician(name=physician, licence=licence, specialty=specialty, hours=hours),
        Ruling(
            decision=decision,
            decided_on=decided_on,
            outcome=outcome,
            visits=visits,
            reason=reason,
            item=item,
            confirmed=confirm,
            withdrawn=withdraw,
        ),
    )
    text = (
        json.dumps(signed, indent=2, ensure_ascii=False) + "\n"
        if form == "json"
        else signed_rdf(signed, form)
    )
    _write(text.encode(), output)
