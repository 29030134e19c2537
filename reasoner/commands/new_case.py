"""The command `mednec new case`: a case from questions, or from answers given as options."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING

import click

from reasoner.cases.as_turtle import case_turtle
from reasoner.cases.filling import case_from, questions
from reasoner.cases.intake import check_case
from reasoner.cases.nearest import nearest_terms, spoken
from reasoner.determinations.assess import load_case
from reasoner.knowledge.case_form import TERM

from .options import FOLDER, load

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from reasoner.cases.filling import CaseQuestion
    from reasoner.knowledge.base import Knowledge
    from reasoner.knowledge.case_form import CaseForm, Field

FEW = 12
"""The largest number of terms listed with their question; more are listed on demand."""


def _pairs(
    _: click.Context, __: click.Parameter, given: tuple[str, ...]
) -> tuple[tuple[str, str], ...]:
    """Split each answer at its first equals sign."""
    for text in given:
        if "=" not in text:
            raise click.BadParameter(f"'{text}' is not an answer. Write PLACE=VALUE.")
    return tuple((t.partition("=")[0].strip(), t.partition("=")[2]) for t in given)


@click.command("case")
@click.option(
    "--set",
    "answers",
    multiple=True,
    metavar="PLACE=VALUE",
    callback=_pairs,
    help="An answer, such as request.requestedVisits=6 or course.1.treatment=Massage; "
    "diagnosis.code=729.1 looks up the system of a code. Repeatable.",
)
@click.option("--ask/--no-ask", default=None, help="Ask the questions. Default: if no --set.")
@click.option("--list", "listed", is_flag=True, help="List the questions with their places.")
@click.option(
    "-o",
    "--output",
    type=click.Path(dir_okay=False),
    help="The file, .json or .ttl; an existing one is not overwritten. Default: print as JSON.",
)
@FOLDER
def new_case_command(
    answers: tuple[tuple[str, str], ...],
    output: str | None,
    folder: Path,
    *,
    ask: bool | None,
    listed: bool,
) -> None:
    """
    Begin a case from questions, and write it as JSON or Turtle.

    An empty answer leaves a fact unknown. What is still missing is listed; exit code 1 if the case
    cannot be decided yet, 2 if an answer is wrong.
    """
    knowledge = load(folder)
    if listed:
        for question in questions(knowledge.form):
            click.echo(f"{question.path:<28} {question.field.question}{_hint(question.field)}")
        return
    asked = list(_ask(knowledge.form)) if (not answers if ask is None else ask) else []
    data = case_from([*answers, *asked], knowledge.form, knowledge.codes)
    name = "case" if output is None else output.rsplit("/", 1)[-1].rsplit(".", 1)[0]
    data = {"id": name, **data}
    case = load_case(json.dumps(data).encode(), knowledge, form="json", source=output or name)
    advice = _advice(data, knowledge)
    if output is not None and output.lower().endswith(".ttl"):
        text = case_turtle(case, [message for _, message in advice])
    else:
        text = json.dumps(data, indent=2, ensure_ascii=False) + "\n"
    if output is None:
        click.echo(text, nl=False)
    else:
        with open(output, "x", encoding="utf-8") as file:  # noqa: PTH123 - never overwrite
            file.write(text)
        click.echo(f"written: {output}", err=True)
    for severity, message in advice:
        click.echo(f"{'missing' if severity == 'Violation' else 'advised'}: {message}", err=True)
    shown = output or "the case, saved as a file"
    click.echo(f"Next: mednec decide {shown}; mednec validate {shown}", err=True)
    sys.exit(1 if any(severity == "Violation" for severity, _ in advice) else 0)


def _advice(data: dict[str, object], knowledge: Knowledge) -> list[tuple[str, str]]:
    """List what the shapes find missing, violations first, each once."""
    case = load_case(json.dumps(data).encode(), knowledge, form="json", source="case")
    found = [(r.severity, r.message) for r in check_case(case, knowledge).results]
    return list(dict.fromkeys(found))


def _hint(field: Field) -> str:
    """Return how a question is answered: the terms if they are few, else an example."""
    if field.kind == TERM and len(field.terms) <= FEW:
        return f" [{', '.join(field.terms)}]"
    if field.kind == TERM:
        return f" [such as {field.example}; ? lists all]"
    return f" [such as {field.example}]"


def _ask(form: CaseForm) -> Iterator[tuple[str, str]]:
    """Ask the questions on the terminal, those of each part after what the part is."""
    click.echo("Answer what the record states; press Enter to leave a fact unknown.", err=True)
    heading = ""
    for question in questions(form):
        if question.part.name != heading:
            heading = question.part.name
            click.echo(f"\n{question.part.question}", err=True)
        for answer in _answers(question):
            yield question.path, answer


def _answers(question: CaseQuestion) -> list[str]:
    """Ask one question until its answer fits; several terms are separated by commas."""
    field = question.field
    while True:
        text = str(
            click.prompt(
                f"  {field.question}{_hint(field)}", default="", show_default=False, err=True
            )
        )
        if text.strip() == "?" and field.kind == TERM:
            for term in field.terms.values():
                click.echo(f"    {term.name:<32} {term.label}", err=True)
            continue
        parts = text.split(",") if field.kind == TERM and field.most != 1 else [text]
        answers = [part.strip() for part in parts if part.strip()]
        wrong = [a for a in answers if field.kind == TERM and not _is_term(a, field)]
        if not wrong:
            return answers
        click.echo(
            f"    {wrong[0]} is not a term. {spoken(nearest_terms(wrong[0], field))}", err=True
        )


def _is_term(answer: str, field: Field) -> bool:
    said = answer.lower()
    return any(said in {t.name.lower(), t.label.lower()} for t in field.terms.values())
