"""The commands about change: `mednec diff` and `mednec impact`."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from reasoner.authoring.case_sources import find_cases
from reasoner.authoring.changes import State, changes_text, diff, diff_editions
from reasoner.authoring.impact import Impact, impact
from reasoner.authoring.revisions import as_if, edition_iri, open_revision
from reasoner.errors import KnowledgeError, KnowledgeMissing, KnowledgeStale
from reasoner.pages.impact import impact_text

from .options import FOLDER, FORMAT, load, progress

if TYPE_CHECKING:
    from reasoner.knowledge.base import Knowledge


@click.command("diff")
@click.argument("old")
@click.argument("new", default=".")
@click.option("--exit-code", is_flag=True, help="Exit with 1 if something changed.")
@FORMAT
@FOLDER
def diff_command(old: str, new: str, form: str, *, exit_code: bool, folder: Path) -> None:
    """
    Show what changed from OLD to NEW, in the terms of the guidelines.

    OLD and NEW are folders of knowledge, git revisions, or two editions such as body-topic-2016.
    """
    state = State(folder)
    editions = [_edition(state, name) for name in (old, new)]
    if editions[0] and editions[1]:
        changes = diff_editions(state, editions[0], editions[1])
    else:
        with open_revision(old, folder) as before, open_revision(new, folder) as now:
            changes = diff(_state(before, old), _state(now, new))
    data = json.dumps([asdict(c) for c in changes], indent=2, ensure_ascii=False)
    click.echo(data if form == "json" else changes_text(changes))
    sys.exit(1 if exit_code and changes else 0)


def _loaded(folder: Path, name: str) -> Knowledge:
    """Load one side of a comparison; an error says which of the two it is."""
    try:
        return load(folder)
    except KnowledgeStale as error:
        raise KnowledgeStale(
            f"{name}: {error.message}",
            hint="'mednec generate' in a checkout of it brings it up to date; 'mednec diff' "
            "compares without a classification.",
        ) from error
    except KnowledgeError as error:
        raise type(error)(f"{name}: {error.message}", hint=error.hint) from error


def _state(folder: Path, name: str) -> State:
    """Read one side of a comparison; an error says which of the two it is."""
    try:
        return State(folder)
    except KnowledgeError as error:
        raise type(error)(f"{name}: {error.message}", hint=error.hint) from error


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
def impact_command(old: str, new: str, cases: Path, form: str, folder: Path) -> None:
    """
    Decide cases under OLD and under NEW, and list the determinations that differ.

    OLD and NEW are folders of knowledge, git revisions, or two editions. With editions, each case
    is decided as if one of them, and then the other, had been in force on all days of both. Exit
    code 0 if no determination differs, 1 if one does, 2 for an error.
    """
    sources = find_cases(cases)
    if not sources:
        raise click.UsageError(f"{cases} does not contain a case.")
    known = load(folder)
    editions = [edition_iri(known, name) for name in (old, new)]
    shown = progress(sources, f"Deciding {len(sources)} cases twice")
    found: Impact
    if editions[0] and editions[1]:
        states = (as_if(known, editions[0], editions[1]), as_if(known, editions[1], editions[0]))
        with shown as each:
            found = impact(*states, each)
    elif editions[0] or editions[1]:
        raise KnowledgeMissing(
            f"'{old}' and '{new}': one of them is an edition and the other is not.",
            hint="Name two editions, or two folders or git revisions.",
        )
    else:
        with open_revision(old, folder) as before, open_revision(new, folder) as now:
            states = (_loaded(before, old), _loaded(now, new))
            with shown as each:
                found = impact(*states, each)
    data = json.dumps(asdict(found), indent=2, ensure_ascii=False)
    click.echo(data if form == "json" else impact_text(found))
    sys.exit(1 if found.flips else 0)
