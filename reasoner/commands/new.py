"""The commands that begin something: `mednec new case | guideline | recommendation | …`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from reasoner.authoring.scaffold import new_guideline
from reasoner.authoring.scaffold_parts import new_concept, new_recommendation, new_rule

from .new_case import new_case_command
from .options import FOLDER, load

if TYPE_CHECKING:
    from pathlib import Path


@click.group("new")
def new_group() -> None:
    """Begin a case, an edition, a recommendation, a concept or a rule."""


new_group.add_command(new_case_command)


@new_group.command("guideline")
@click.argument("slug")
@click.option("--from", "since", required=True, metavar="DATE", help="The first day in force.")
@click.option("--replaces", metavar="EDITION", help="The edition that it replaces.")
@click.option(
    "--tier",
    metavar="TIER",
    help="Its place in the order of sources; by default that of the edition it replaces.",
)
@click.option(
    "--publisher",
    metavar="NAME",
    help="Who issued it; by default the publisher of the edition it replaces.",
)
@FOLDER
def new_guideline_command(slug: str, since: str, folder: Path, **given: str | None) -> None:
    """
    Write the file of a new edition with the name SLUG, such as body-topic-2027.

    With --replaces it starts from the recommendations of that edition, each marked Provisional.
    """
    written = new_guideline(load(folder, entailed=()), slug, since, **given)
    click.echo(f"written: {written.path}")
    for path in written.changed:
        click.echo(f"changed: {path}")
    for sentence in written.review:
        click.echo(f"review: {sentence}")
    click.echo("Replace each TODO, then run: mednec check, mednec generate")


@new_group.command("recommendation")
@click.argument("edition")
@click.argument("name")
@click.option("--treatment", required=True, help="A treatment, such as PhysicalTherapy.")
@click.option("--condition", required=True, help="A condition, such as LumbarStrain.")
@click.option(
    "--visits", required=True, type=click.IntRange(min=1), help="The largest number of visits."
)
@FOLDER
def new_recommendation_command(
    edition: str, name: str, treatment: str, condition: str, visits: int, folder: Path
) -> None:
    """Append a recommendation with the name NAME, such as lumbar-strain, to EDITION."""
    # An edition that was just begun is not classified yet, and need not be to be written to.
    known = load(folder, entailed=())
    path = new_recommendation(
        known, edition, name, treatment=treatment, condition=condition, visits=visits
    )
    click.echo(f"written: {path}\nReplace each TODO, then run: mednec check, mednec generate")


@new_group.command("concept")
@click.argument("name")
@click.option("--under", required=True, help="The concept or kind above it, such as LowBackPain.")
@click.option("--label", required=True, help="What people call it.")
@click.option("--region", help="The body region of a condition, such as LumbarSpine.")
@click.option("--icd10", multiple=True, metavar="CODE", help="A code that finds it; repeatable.")
@FOLDER
def new_concept_command(
    name: str,
    under: str,
    label: str,
    region: str | None,
    icd10: tuple[str, ...],
    folder: Path,
) -> None:
    """Append a concept with the name NAME, such as LumbarStrain, to the file of those above it."""
    path = new_concept(
        load(folder, entailed=()),
        name,
        under=under,
        label=label,
        region=region,
        icd10=icd10,
    )
    click.echo(f"written: {path}\nReplace each TODO, then run: mednec check, mednec generate")


@new_group.command("rule")
@click.argument("identifier")
@click.argument("question")
@click.argument("name")
@FOLDER
def new_rule_command(identifier: str, question: str, name: str, folder: Path) -> None:
    """Write a new rule: IDENTIFIER such as LIM-30, QUESTION such as why, NAME of the file."""
    path = new_rule(load(folder, entailed=()), identifier, question, name)
    click.echo(f"written: {path}\nReplace each TODO, then run: mednec check")
