"""The command that audits: `mednec audit LETTER|CASE`."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from reasoner.audits.audit import Auditor, not_covered
from reasoner.audits.data import describe_audit, describe_audits
from reasoner.determinations.assess import FORMS, decide, load_case_file
from reasoner.determinations.data import to_json
from reasoner.errors import LetterUnreadable
from reasoner.letters.files import load_source
from reasoner.letters.read import read_letter
from reasoner.pages.audit import OtherItem, audit_html, audit_text

from .options import FOLDER, load

if TYPE_CHECKING:
    from reasoner.audits.model import CaseAuditData
    from reasoner.knowledge.base import Knowledge


BREAKS_OFF: Final = ("item-incomplete", "items-missing")
"""The problems of a letter that is missing a part, so that its audit is not whole."""


@click.command("audit")
@click.argument("document", type=click.Path(path_type=Path))
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json", "html", "turtle"]),
    default="text",
    show_default=True,
    help="text: a page; json: all data; html: a web page; turtle: the cases that were read.",
)
@FOLDER
def audit_command(document: Path, form: str, folder: Path) -> None:
    """
    Audit DOCUMENT: a letter (text or PDF) or a case (.ttl, .json, .jsonld).

    Compares what the reviewers decided with the determination that mednec makes from the same
    facts. Agreements and departures are shown with the words of the letter. Exit code 0 if every
    item of physical medicine was decided, 1 if one was not or the letter breaks off, 2 if there is
    nothing to audit.
    """
    knowledge = load(folder)
    troubles: list[str] = []
    if document.suffix.lower() in FORMS:
        decision = decide(load_case_file(document, knowledge), knowledge)
        pages, cases = [describe_audit(decision, knowledge)], b""
        others: list[OtherItem] = []
    else:
        pages, troubles, cases, others = _letter(document, knowledge)
    if form == "turtle":
        click.echo(cases.decode(), nl=False)
    elif form == "json":
        data = {
            "audits": [to_json(page) for page in pages],
            "undecided": troubles,
            "notCovered": [asdict(other) for other in others],
        }
        click.echo(json.dumps(data, indent=2, ensure_ascii=False))
    elif form == "html":
        click.echo(audit_html(pages, document.name, others), nl=False)
    elif pages:
        click.echo(audit_text(pages, document.name, others), nl=False)
    for trouble in troubles:
        click.echo(trouble, err=True)
    sys.exit(1 if troubles else 0)


def _letter(
    path: Path, knowledge: Knowledge
) -> tuple[list[CaseAuditData], list[str], bytes, list[OtherItem]]:
    auditor = Auditor(knowledge)
    letter = read_letter(load_source(path), auditor.lexicon)
    found = auditor.audit(letter)
    if not found:
        why = " ".join(p.message for p in letter.problems)
        items = f"none of its {len(letter.items)} items is physical medicine"
        raise LetterUnreadable(
            f"{path}: {items if letter.items else 'no disputed item was found'}. {why}".rstrip(),
            hint="'mednec read' shows what could be read.",
        )
    pages = describe_audits((a.decision for a in found if a.decision), knowledge, letter)
    for problem in (p for p in letter.problems if p.kind not in BREAKS_OFF):
        click.echo(f"{path.name}: {problem.message} {problem.hint}".rstrip(), err=True)
    troubles = [f"{path.name}: {a.trouble}" for a in found if a.decision is None]
    broken = [p for p in letter.problems if p.kind in BREAKS_OFF]
    troubles += [f"{path.name}: {p.message}" for p in broken]
    others = [
        OtherItem(
            number=item.number,
            heading=item.heading.value,
            outcome=item.outcome.value.label if item.outcome else None,
        )
        for item in not_covered(letter)
    ]
    return pages, troubles, b"\n".join(a.case for a in found), others
