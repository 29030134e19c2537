"""Commands about change: `mednec diff | impact | new`."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from pathlib import Path

import click

from reasoner.authoring.case_sources import find_cases
from reasoner.authoring.changes import State, changes_text, diff, diff_editions
from reasoner.authoring.impact import Impact, impact, impact_text
from reasoner.authoring.revisions import as_if, edition_iri, open_revision
from reasoner.authoring.scaffold import new_guideline, new_recommendation, new_rule
from reasoner.errors import KnowledgeMissing
from reasoner.knowledge.base import find_knowledge, load_knowledge

from .options import FOLDER, FORMAT, progress


@click.command("diff")
@click.argument("old")
@click.argument("new", default=".")
@click.option("--exit-code", is_flag=True, help="Exit with 1 if there are differences.")
@FORMAT
@FOLDER
def diff_command(old: str, new: str, form: str, *, exit_code: bool, folder: Path | None) -> None:
    """
    Say what changed from OLD to NEW, in the guideline's own terms.

    Each is a folder of knowledge, a git revision, or (both) an edition such as body-topic-2016.
    """
    home = find_knowledge(folder)
    state = State(home)
    editions = [_edition(state, name) for name in (old, new)]
    if editions[0] and editions[1]:
        changes = diff_editions(state, editions[0], editions[1])
    else:
        with open_revision(old, home) as before, open_revision(new, home) as now:
            changes = diff(State(before), State(now))
    data = json.dumps([asdict(c) for c in changes], indent=2, ensure_ascii=False)
    click.echo(data if form == "json" else changes_text(changes))
    sys.exit(1 if exit_code and changes else 0)


def _edition(state: State, slug: str) -> str | None:
    found = [i for i in state.things if i.endswith(f"/{slug}") and state.kind(i) == "guidelines"]
    return found[0] if found else None


@click.command("impact")
@click.argument("old")
@click.argument("new")
@click.option(
    "--cases",
    required=True,
    type=click.Path(path_type=Path, exists=True),
    help="A folder of cases (.ttl, .json, .jsonld), with its subfolders; a file of named graphs "
    "(.nq, .trig); or a store.",
)
@FORMAT
@FOLDER
def impact_command(old: str, new: str, cases: Path, form: str, folder: Path | None) -> None:
    """
    Decide all cases under OLD and NEW and list the determinations that flip.

    OLD and NEW are folders of knowledge or git revisions; or two editions, and then the cases are
    decided as if the one, and then the other, had been in force over the days of both. Exit code 0
    if nothing flips, 1 if something does, 2 for an error.
    """
    home = find_knowledge(folder)
    sources = find_cases(cases)
    if not sources:
        raise click.UsageError(f"{cases} holds no case.")
    known = load_knowledge(home)
    editions = [edition_iri(known, name) for name in (old, new)]
    shown = progress(sources, f"Deciding {len(sources)} cases twice")
    found: Impact
    if editions[0] and editions[1]:
        states = (as_if(known, editions[0], editions[1]), as_if(known, editions[1], editions[0]))
        with shown as each:
            found = impact(*states, each)
    elif editions[0] or editions[1]:
        raise KnowledgeMissing("One of the two is an edition and the other is not.")
    else:
        with open_revision(old, home) as before, open_revision(new, home) as now:
            states = (load_knowledge(before), load_knowledge(now))
            with shown as each:
                found = impact(*states, each)
    data = json.dumps(asdict(found), indent=2, ensure_ascii=False)
    click.echo(data if form == "json" else impact_text(found))
    sys.exit(1 if found.flips else 0)


@click.group("new")
def new_group() -> None:
    """Begin an edition, a recommendation or a rule."""


@new_group.command("guideline")
@click.argument("slug")
@click.option("--from", "since", required=True, metavar="DATE", help="The first day in force.")
@click.option("--replaces", metavar="EDITION", help="The edition before it.")
@click.option("--tier", metavar="TIER", help="Its place in the order of sources, if it has none.")
@click.option("--publisher", metavar="NAME", help="Who issued it, if it replaces no edition.")
@FOLDER
def new_guideline_command(slug: str, since: str, folder: Path | None, **told: str | None) -> None:
    """Write the file of a new edition, such as body-topic-2027."""
    known = load_knowledge(folder, entailed=())
    path = new_guideline(known, slug, since, **told)
    click.echo(f"written: {path}\nFill in what says TODO, then: mednec check, mednec generate")


@new_group.command("recommendation")
@click.argument("edition")
@click.argument("name")
@click.option("--treatment", required=True, help="A treatment, such as PhysicalTherapy.")
@click.option("--condition", required=True, help="A condition, such as LumbarStrain.")
@click.option("--visits", required=True, type=click.IntRange(min=1), help="The most visits.")
@FOLDER
def new_recommendation_command(
    edition: str, name: str, treatment: str, condition: str, visits: int, folder: Path | None
) -> None:
    """Append a recommendation to an EDITION under a NAME such as lumbar-strain."""
    # An edition that was just begun is not classified yet, and need not be to be written to.
    known = load_knowledge(folder, entailed=())
    path = new_recommendation(
        known, edition, name, treatment=treatment, condition=condition, visits=visits
    )
    click.echo(f"written: {path}\nFill in what says TODO, then: mednec check, mednec generate")


@new_group.command("rule")
@click.argument("identifier")
@click.argument("stratum")
@click.argument("name")
@FOLDER
def new_rule_command(identifier: str, stratum: str, name: str, folder: Path | None) -> None:
    """Write a new rule: IDENTIFIER such as LIM-30, STRATUM such as 23-reasons, NAME of the file."""
    path = new_rule(load_knowledge(folder, entailed=()), identifier, stratum, name)
    click.echo(f"written: {path}\nFill in what says TODO, then: mednec check")


COMMANDS = (diff_command, impact_command, new_group)
