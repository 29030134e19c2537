"""The commands about one case: `mednec decide` and `mednec validate`."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING

import click

from reasoner.cases.faults import fault_data, report_faults
from reasoner.cases.intake import check_case, check_case_with_referee
from reasoner.determinations.as_data import describe_assessment
from reasoner.determinations.as_rdf import assessment_rdf
from reasoner.determinations.assess import decide, load_case_file
from reasoner.determinations.report_data import describe_report, report_data
from reasoner.determinations.variants import COMPARISONS
from reasoner.errors import CaseUnreadable
from reasoner.pages.determination import assessment_text, report_text
from reasoner.proofs.write import build_proof, proof_text
from reasoner.records.documents import assessment_data

from .options import AS_OF, CASE, FOLDER, FORMAT, load

if TYPE_CHECKING:
    from datetime import date
    from pathlib import Path


@click.command("decide")
@CASE
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json", "turtle", "jsonld", "proof"]),
    default="text",
    show_default=True,
    help="Output format; proof writes what 'mednec prove' writes.",
)
@AS_OF
@click.option(
    "--timeline", is_flag=True, help="Show the outcome on each date on which it can change."
)
@click.option("--sources", is_flag=True, help="Show the outcome under each set of sources alone.")
@click.option("--policies", is_flag=True, help="Show the outcome under each counting policy.")
@click.option("--full", is_flag=True, help="Show everything behind the worksheet, with all three.")
@FOLDER
def decide_command(case: Path, form: str, as_of: date | None, folder: Path, **shown: bool) -> None:
    """Decide CASE (.ttl, .json or .jsonld) and print the determination."""
    knowledge = load(folder)
    decision = decide(
        load_case_file(case, knowledge),
        knowledge,
        as_of=as_of,
        include=[name for name in COMPARISONS if shown[name] or shown["full"]],
    )
    if form == "proof":
        click.echo(proof_text(build_proof(decision, knowledge)), nl=False)
        return
    if form in {"turtle", "jsonld"}:
        click.echo(assessment_rdf(decision, knowledge, form))
        return
    if form == "json":
        data = assessment_data(decision, knowledge)
        click.echo(json.dumps(data, indent=2, ensure_ascii=False))
    else:
        page = describe_assessment(decision, knowledge, proof=False)
        click.echo(assessment_text(page, full=shown["full"]), nl=False)


@click.command("validate")
@CASE
@FORMAT
@click.option(
    "--referee", is_flag=True, help="Validate with pySHACL, a second and slower implementation."
)
@FOLDER
def validate_command(case: Path, form: str, *, referee: bool, folder: Path) -> None:
    """
    Check CASE and print what is wrong or missing.

    Exit code 0 if the case can be decided, 1 if it cannot.
    """
    knowledge = load(folder)
    check = check_case_with_referee if referee else check_case
    try:
        read = load_case_file(case, knowledge)
    except CaseUnreadable as error:
        if form == "json" and error.faults:
            faults = [fault_data(fault) for fault in error.faults]
            click.echo(json.dumps({"conforms": False, "faults": faults}, indent=2))
            sys.exit(1)
        raise
    report = check(read, knowledge)
    if form == "json":
        faults = [fault_data(fault) for fault in report_faults(report, read, knowledge.form)]
        click.echo(json.dumps({**report_data(report), "faults": faults}, indent=2))
    else:
        click.echo(report_text(describe_report(report)), nl=False)
    sys.exit(0 if report.conforms else 1)
