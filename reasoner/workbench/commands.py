"""The authors' commands: `mednec check | coverage | diff | impact | new | test`."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from pathlib import Path

import click

from reasoner.decide import VERSION
from reasoner.errors import KnowledgeMissing
from reasoner.knowledge import find_knowledge, load_knowledge

from .author_tests import run_author_tests
from .changes import State, changes_text, diff, diff_editions
from .check import check_knowledge
from .check_output import as_json, as_sarif, as_text
from .coverage import coverage, coverage_text
from .impact import Impact, case_files, impact, impact_text
from .revisions import as_if, edition_iri, open_revision
from .scaffold import new_guideline, new_recommendation, new_rule
from .space import Space

FOLDER = click.option(
    "--knowledge",
    "folder",
    type=click.Path(path_type=Path, file_okay=False),
    help="Folder that holds 'ontology' and 'shapes'; by default the one of this installation.",
)
FORMAT = click.option(
    "--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True
)


@click.command("check")
@click.argument("files", nargs=-1, type=click.Path(path_type=Path))
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json", "sarif"]),
    default="text",
    show_default=True,
    help="How to write the report.",
)
@click.option("--fresh", is_flag=True, help="Look at everything again, changed or not.")
@FOLDER
def check_command(files: tuple[Path, ...], form: str, *, fresh: bool, folder: Path | None) -> None:
    """
    Check the knowledge base; with FILES, report on these only (all are still looked at).

    Exit code 0 without errors, 1 with errors, 2 if nothing could be checked.
    """
    home = find_knowledge(folder)
    memory = None if fresh else home / ".mednec"
    tell = _tell if sys.stderr.isatty() else _keep_quiet
    report = check_knowledge(folder, memory=memory, tell=tell)
    if files:
        names = {_relative(path, home) for path in files}
        kept = tuple(f for f in report.findings if f.path in names or not f.path)
        report = type(report)(findings=kept, remembered=report.remembered)
    if form == "sarif":
        click.echo(as_sarif(report, VERSION))
    else:
        click.echo(as_json(report) if form == "json" else as_text(report))
    sys.exit(1 if report.errors else 0)


def _tell(step: str) -> None:
    click.echo(f"checking {step}", err=True)


def _keep_quiet(_: str) -> None:
    """Say nothing: nobody watches."""


def _relative(path: Path, home: Path) -> str:
    full = path.resolve()
    if not full.exists():
        raise click.UsageError(f"{path} does not exist.")
    try:
        return full.relative_to(home.resolve()).as_posix()
    except ValueError as error:
        raise click.UsageError(f"{path} is not in the knowledge at {home}.") from error


@click.command("test")
@FOLDER
def test_command(folder: Path | None) -> None:
    """Run the authors' tests: *.tests.yaml and questions; exit code 1 if one fails."""
    failed = count = 0
    for tried in run_author_tests(load_knowledge(folder)):
        count += 1
        failed += bool(tried.wrong)
        if tried.wrong:
            click.echo(f"FAILED {tried.path}: {tried.name}")
            for line in tried.wrong:
                click.echo(f"    {line}")
    click.echo(f"{count - failed} passed, {failed} failed")
    sys.exit(1 if failed else 0)


@click.command("coverage")
@click.option(
    "--on", "day", metavar="DATE", default=None, help="The day; several: repeat.", multiple=True
)
@click.option("--gaps", is_flag=True, help="List the gaps too.")
@FORMAT
@FOLDER
def coverage_command(day: tuple[str, ...], form: str, *, gaps: bool, folder: Path | None) -> None:
    """Print conditions by treatments by rank on a day, and count the gaps."""
    space = Space(load_knowledge(folder))
    days = day or tuple(sorted({r.since for r in space.rows.values() if r.since}))[-1:]
    for one in days:
        found = coverage(space, one)
        if form == "json":
            click.echo(json.dumps(asdict(found), indent=2, ensure_ascii=False))
        else:
            click.echo(coverage_text(found, gaps=gaps))


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
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    help="A folder of cases (.ttl, .json, .jsonld), with its subfolders.",
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
    files = case_files(cases)
    if not files:
        raise click.UsageError(f"{cases} holds no case.")
    known = load_knowledge(home)
    editions = [edition_iri(known, name) for name in (old, new)]
    shown = click.progressbar(
        files,
        label=f"Deciding {len(files)} cases twice",
        file=sys.stderr,
        hidden=not sys.stderr.isatty(),
    )
    found: Impact
    if editions[0] and editions[1]:
        states = (as_if(known, editions[0], editions[1]), as_if(known, editions[1], editions[0]))
        with shown as each:
            found = impact(*states, each, cases)
    elif editions[0] or editions[1]:
        raise KnowledgeMissing("One of the two is an edition and the other is not.")
    else:
        with open_revision(old, home) as before, open_revision(new, home) as now:
            states = (load_knowledge(before), load_knowledge(now))
            with shown as each:
                found = impact(*states, each, cases)
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
@FOLDER
def new_guideline_command(slug: str, since: str, replaces: str | None, folder: Path | None) -> None:
    """Write the file of a new edition, such as body-topic-2027."""
    path = new_guideline(load_knowledge(folder, entailed=()), slug, since, replaces=replaces)
    click.echo(f"written: {path}\nFill in what says TODO, then: mednec check, mednec generate")


@new_group.command("recommendation")
@click.argument("edition")
@click.argument("name")
@click.option("--treatment", required=True, help="A treatment, such as PhysicalTherapy.")
@click.option("--condition", required=True, help="A condition, such as LumbarStrain.")
@click.option("--visits", required=True, type=int, help="The most visits.")
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


COMMANDS = (
    check_command,
    coverage_command,
    diff_command,
    impact_command,
    new_group,
    test_command,
)
