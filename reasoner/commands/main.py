"""The command line: deciding, asking and serving; the authors' commands join it."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import IO, TYPE_CHECKING

import click

from reasoner.audits.corpus.store import stored_facts
from reasoner.cases.intake import check_case, check_case_with_referee
from reasoner.determinations.as_data import assessment_data, report_data
from reasoner.determinations.as_rdf import assessment_rdf
from reasoner.determinations.as_text import assessment_text, report_text
from reasoner.determinations.assess import VERSION, decide, load_case_file
from reasoner.determinations.proof_graph import stored_triples
from reasoner.determinations.variants import COMPARISONS
from reasoner.errors import CaseRejected, MednecError
from reasoner.knowledge.base import generate_classification, load_knowledge
from reasoner.knowledge.query import ask
from reasoner.proofs.write import build_proof, proof_text

from .audit import COMMANDS as AUDITING
from .authors import COMMANDS as AUTHORS_COMMANDS
from .corpus import COMMANDS as CORPUS
from .docs import COMMANDS as DOCS_COMMANDS
from .letter import COMMANDS as LETTER_COMMANDS
from .options import AS_OF, CASE, FOLDER, FORMAT, SECONDS
from .proofs import COMMANDS as PROOF_COMMANDS
from .read import COMMANDS as READING

if TYPE_CHECKING:
    from datetime import datetime


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 96})
@click.version_option(VERSION, prog_name="mednec")
def commands() -> None:
    """Decide from guidelines and law whether a requested treatment is medically necessary."""


@commands.command("decide")
@CASE
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json", "turtle", "jsonld", "proof"]),
    default="text",
    show_default=True,
    help="How to write the determination; or its proof, as 'mednec prove' does.",
)
@AS_OF
@click.option("--timeline", is_flag=True, help="Show the outcome on every date that matters.")
@click.option("--sources", is_flag=True, help="Show which source decides: each set of them alone.")
@click.option("--policies", is_flag=True, help="Show the result under each counting policy.")
@click.option("--full", is_flag=True, help="Show all three.")
@FOLDER
def decide_command(
    case: Path, form: str, as_of: datetime | None, folder: Path | None, **shown: bool
) -> None:
    """Decide CASE (.ttl, .json or .jsonld) and print the determination."""
    knowledge = load_knowledge(folder)
    decision = decide(
        load_case_file(case, knowledge),
        knowledge,
        as_of=as_of.date() if as_of else None,
        include=[name for name in COMPARISONS if shown[name] or shown["full"]],
    )
    if form == "proof":
        click.echo(proof_text(build_proof(decision, knowledge)), nl=False)
        return
    if form in {"turtle", "jsonld"}:
        click.echo(assessment_rdf(decision, knowledge, form))
        return
    data = assessment_data(decision, knowledge, proof=form == "json")
    if form == "json":
        click.echo(json.dumps(data, indent=2, ensure_ascii=False))
    else:
        click.echo(assessment_text(data), nl=False)


@commands.command("validate")
@CASE
@FORMAT
@click.option("--referee", is_flag=True, help="Validate with pySHACL, the slower judge.")
@FOLDER
def validate_command(case: Path, form: str, *, referee: bool, folder: Path | None) -> None:
    """Check CASE against the shapes and print the report; exit code 1 if it cannot be decided."""
    knowledge = load_knowledge(folder)
    check = check_case_with_referee if referee else check_case
    report = check(load_case_file(case, knowledge), knowledge)
    data = report_data(report)
    click.echo(json.dumps(data, indent=2) if form == "json" else report_text(data).rstrip())
    sys.exit(0 if report.conforms else 1)


@commands.command("query")
@click.argument("query", type=click.File("r"))
@click.option(
    "--format",
    "form",
    type=click.Choice(["json", "xml", "csv", "tsv", "turtle", "jsonld"]),
    default="csv",
    show_default=True,
    help="Rows as json, xml, csv or tsv; triples as turtle or jsonld.",
)
@click.option(
    "--store",
    type=click.Path(path_type=Path, file_okay=False),
    help="A store of letters (mednec corpus build) to ask too.",
)
@click.option(
    "--over",
    multiple=True,
    type=click.Path(path_type=Path),
    help="A determination in Turtle or JSON-LD, or a folder of them, to ask too; may be repeated.",
)
@FOLDER
def query_command(
    query: IO[str], form: str, store: Path | None, over: tuple[Path, ...], folder: Path | None
) -> None:
    """Answer a SPARQL QUERY (a file, or - for standard input) over the knowledge base."""
    stored = (*stored_triples(over), *(stored_facts(store) if store else ()))
    answer = ask(query.read(), load_knowledge(folder), accept=form, over=stored)
    click.echo(answer.body.decode(), nl=False)


@commands.command("generate")
@click.option("--fresh", is_flag=True, help="Classify even if no axiom changed.")
@SECONDS
@FOLDER
def generate_command(*, fresh: bool, seconds: int, folder: Path | None) -> None:
    """Classify the ontology with HermiT; needed after each change of an axiom."""
    path = generate_classification(folder, fresh=fresh, seconds=seconds)
    click.echo(f"up to date: {path}")


@commands.command("serve")
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8080, show_default=True)
@click.option(
    "--watch",
    type=click.FloatRange(min=0.1),
    metavar="SECONDS",
    help="Look at the knowledge that often and take up each change that is sound.",
)
@FOLDER
def serve_command(host: str, port: int, watch: float | None, folder: Path | None) -> None:
    """Serve the API and the pages; a change of knowledge that is not sound is never taken up."""
    from importlib import import_module  # noqa: PLC0415 - the one place where reasoner names api

    import_module("api").serve(load_knowledge(folder), host=host, port=port, watch=watch)


for _command in (
    *AUTHORS_COMMANDS,
    *DOCS_COMMANDS,
    *LETTER_COMMANDS,
    *PROOF_COMMANDS,
    *READING,
    *AUDITING,
    *CORPUS,
):
    commands.add_command(_command)


def main() -> None:
    """Run the command line: 0 on success, 1 for a case that cannot be decided, 2 for an error."""
    try:
        commands(standalone_mode=False)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(141)
    except click.exceptions.Exit as stop:
        sys.exit(stop.exit_code)
    except click.ClickException as error:
        error.show()
        sys.exit(2)
    except click.Abort:
        sys.exit(130)
    except CaseRejected as error:
        click.echo(f"mednec: {error}\nRun 'mednec validate' for the whole report.", err=True)
        sys.exit(2)
    except MednecError as error:
        click.echo(f"mednec: {error.code}: {error}", err=True)
        sys.exit(2)
