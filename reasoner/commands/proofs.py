"""The commands that show and check how a case was decided: prove, verify, explain, replay."""

from __future__ import annotations

import json
import sys
import tempfile
from contextlib import closing
from pathlib import Path
from typing import IO, TYPE_CHECKING

import click

from reasoner.determinations.assess import decide, load_case_file
from reasoner.determinations.sentences import fill_sentence
from reasoner.errors import (
    CaseUnreadable,
    DeterminationUnreadable,
    KnowledgeUnreadable,
    RecordError,
)
from reasoner.pages.explanation import explanation_text
from reasoner.proofs.explanation import explain
from reasoner.proofs.write import build_proof, proof_text
from reasoner.records.ledger.ledger import Ledger
from reasoner.records.replay import read_recorded, replay, replay_text
from reasoner.records.store.kept_knowledge import kept_knowledge
from reasoner.verifier import Unreadable, read_case, read_folder, report, verify

from .ledger import has_proof, verified_text
from .options import AS_OF, CASE, FOLDER, FORMAT, load, settings

if TYPE_CHECKING:
    from datetime import date

    from reasoner.knowledge.base import Knowledge


@click.command("prove")
@CASE
@AS_OF
@FOLDER
def prove_command(case: Path, as_of: date | None, folder: Path) -> None:
    """Decide CASE and write the proof, which 'mednec verify' checks independently."""
    knowledge = load(folder)
    decision = decide(load_case_file(case, knowledge), knowledge, as_of=as_of)
    click.echo(proof_text(build_proof(decision, knowledge)), nl=False)


@click.command("verify")
@click.argument("proof", type=click.File("r", encoding="utf-8-sig"))
@click.option(
    "--case",
    type=click.Path(path_type=Path),
    help="The case as it was sent (.ttl or .nt); without it, its facts are taken from the proof.",
)
@click.option(
    "--knowledge",
    "folder",
    type=click.Path(path_type=Path, file_okay=False),
    help="Folder that holds 'ontology' and 'shapes'; without it, rules and facts are taken "
    "from the proof.",
)
@click.option(
    "--key",
    help="For a record with its ledger proof: the public key of the log, or a file that holds it.",
)
def verify_command(proof: IO[str], case: Path | None, folder: Path | None, key: str | None) -> None:
    """
    Check PROOF with the independent verifier; exit code 1 if it is rejected.

    A determination, decision or other record with its ledger proof is checked against the signed
    checkpoint in it, offline and without the rest of the ledger.
    """
    text = proof.read()
    if has_proof(text):
        try:
            click.echo(verified_text(text.encode(), key), nl=False)
        except RecordError as error:
            click.echo(f"REJECTED: {error}")
            sys.exit(1)
        return
    try:
        sent = read_case(case) if case else None
    except (Unreadable, OSError, UnicodeDecodeError) as error:
        raise CaseUnreadable(f"{case}: {error}") from error
    try:
        pages = read_folder(folder) if folder else None
    except (Unreadable, OSError, UnicodeDecodeError) as error:
        raise KnowledgeUnreadable(f"{folder}: {error}") from error
    verdict = verify(text, case=sent, folder=pages)
    click.echo(report(verdict), nl=False)
    sys.exit(0 if verdict.accepted else 1)


@click.command("explain")
@CASE
@click.option("--why", metavar="X", help="Explain why rule X fired, or why term X was concluded.")
@click.option(
    "--why-not",
    metavar="X",
    help="Explain why rule X did not fire, or why term X was not concluded.",
)
@FORMAT
@AS_OF
@FOLDER
def explain_command(
    case: Path,
    why: str | None,
    why_not: str | None,
    form: str,
    as_of: date | None,
    folder: Path,
) -> None:
    """
    Explain how CASE was decided, step by step, down to the lines of the files.

    X is the id of a rule (LIM-02), an outcome (MedicallyNecessary), a property (mn:governedBy) or
    a recommendation, by its name after mng: in the files or by its row ("row CP09-PM-1"; a row of
    law may have the id of a rule). Without --why and --why-not, every
    derivation step is listed.
    """
    knowledge = load(folder)
    decision = decide(load_case_file(case, knowledge), knowledge, as_of=as_of)
    if why is None and why_not is None:
        for firing in decision.derivation.firings:
            click.echo(f"{firing.name:<10}{fill_sentence(firing, knowledge)}")
        return
    text = case.read_text(encoding="utf-8-sig") if case.suffix.lower() == ".ttl" else ""
    answer = explain(decision, knowledge, why=why, why_not=why_not, text=text)
    if form == "json":
        click.echo(json.dumps(answer, indent=2, ensure_ascii=False))
    else:
        click.echo(explanation_text(answer), nl=False)


@click.command("replay")
@click.argument("determination", type=click.Path(path_type=Path))
@click.option(
    "--case",
    type=click.Path(path_type=Path),
    help="The case, if the determination does not contain it.",
)
@click.option(
    "--ledger",
    "url",
    metavar="ADDRESS",
    help="Decide with the knowledge base that this ledger keeps for the determination.",
)
@FOLDER
def replay_command(determination: Path, case: Path | None, url: str | None, folder: Path) -> None:
    """
    Decide again what a recorded DETERMINATION (JSON, Turtle or JSON-LD) decided.

    Exit code 0 if the result is the same, 1 if it differs; the differences are listed.
    """
    try:
        body = determination.read_bytes()
    except OSError as error:
        raise DeterminationUnreadable(f"{determination}: {error.strerror or error}.") from error
    recorded = read_recorded(body, str(determination))
    with tempfile.TemporaryDirectory() as kept:
        knowledge = _then(recorded.knowledge, url, Path(kept)) if url else load(folder)
        given = load_case_file(case, knowledge) if case else None
        result = replay(recorded, knowledge, given)
    click.echo(replay_text(result), nl=False)
    sys.exit(1 if result.differences else 0)


def _then(digest: str, url: str, folder: Path) -> Knowledge:
    """Return the knowledge base with a digest, from the ledger that keeps it."""
    with closing(Ledger.open(url)) as ledger:
        return kept_knowledge(ledger, digest, folder, cache=settings().cache)
