"""The authors' commands: `mednec check | coverage | fmt | test`, and those about change."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from pathlib import Path

import click

from reasoner.authoring.author_tests import run_author_tests
from reasoner.authoring.check import check_knowledge
from reasoner.authoring.check_output import as_json, as_sarif, as_text
from reasoner.authoring.coverage import coverage
from reasoner.authoring.coverage_page import coverage_csv, coverage_text, narrow
from reasoner.authoring.formatting import format_files, turtle_files, write_whole
from reasoner.authoring.scaffold import is_date
from reasoner.authoring.space import Space
from reasoner.authoring.turtle_format import format_turtle, read_prefixes
from reasoner.determinations.assess import VERSION
from reasoner.knowledge.base import find_knowledge, load_knowledge

from .changes import COMMANDS as CHANGES
from .options import FOLDER, SECONDS


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
@SECONDS
@FOLDER
def check_command(
    files: tuple[Path, ...], form: str, *, fresh: bool, seconds: int, folder: Path | None
) -> None:
    """
    Check the knowledge base; with FILES, report on these only (all are still looked at).

    Exit code 0 without errors, 1 with errors, 2 if nothing could be checked.
    """
    home = find_knowledge(folder)
    tell = _tell if sys.stderr.isatty() else _keep_quiet
    report = check_knowledge(
        folder, memory=home / ".mednec", fresh=fresh, seconds=seconds, tell=tell
    )
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


@click.command("fmt")
@click.argument("files", nargs=-1, type=click.Path(path_type=Path, allow_dash=True))
@click.option("--check", "only_check", is_flag=True, help="Write nothing; exit 1 if any differs.")
@click.option("--diff", "show", is_flag=True, help="Write nothing; show what would change.")
@FOLDER
def fmt_command(
    files: tuple[Path, ...], *, only_check: bool, show: bool, folder: Path | None
) -> None:
    """
    Write Turtle FILES in the one form, so that a diff of two versions shows meaning.

    FILES are files or folders, or - to format standard input to standard output; without FILES, all
    files of the knowledge that authors write. What a file says never changes, comments stay above
    the subject that they speak of, and a file that cannot be read is left as it is. Exit code 0,
    with --check or --diff 1 if a file is not in the one form, 2 if a file cannot be read.
    """
    home = find_knowledge(folder)
    prefixes = read_prefixes(home / "ontology" / "prefixes.ttl")
    if [str(f) for f in files] == ["-"]:
        click.echo(format_turtle(sys.stdin.buffer.read().decode(), prefixes), nl=False)
        return
    for path in files:
        if not path.exists():
            raise click.UsageError(f"{path} does not exist.")
    changed = failed = count = 0
    for one in format_files(turtle_files(home, files), prefixes):
        count += 1
        failed += bool(one.problem)
        changed += one.changed
        if one.problem:
            click.echo(f"{one.path}: {one.problem}", err=True)
        elif show:
            click.echo(one.difference(), nl=False)
        elif one.changed:
            click.echo(f"{'would change' if only_check else 'formatted'}: {one.path}")
            if not only_check:
                write_whole(one.path, one.after)
    dry = only_check or show
    verb = "would change" if dry else "changed"
    click.echo(f"{count} files, {changed} {verb}, {failed} not readable", err=show)
    sys.exit(2 if failed else 1 if dry and changed else 0)


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
@click.option("--on", "day", metavar="DATE", default="", help="One day; without it, all dates.")
@click.option("--condition", default="", metavar="TEXT", help="Conditions whose label holds it.")
@click.option("--treatment", default="", metavar="TEXT", help="Treatments whose label holds it.")
@click.option("--gaps", is_flag=True, help="List the gaps too.")
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "csv", "json"]),
    default="text",
    show_default=True,
    help="How to write the table.",
)
@FOLDER
def coverage_command(
    day: str, condition: str, treatment: str, form: str, *, gaps: bool, folder: Path | None
) -> None:
    """Print conditions by treatments by rank and date, and count the gaps."""
    if day and not is_date(day):
        raise click.UsageError(f"'{day}' is no date; write YYYY-MM-DD.")
    every = coverage(Space(load_knowledge(folder)), day)
    found = narrow(every, condition=condition, treatment=treatment)
    if not (found.pairs or found.spells or found.gaps):
        asked = " and ".join(f"'{text}'" for text in (condition, treatment) if text)
        raise click.UsageError(f"No label of a condition or a treatment holds {asked}.")
    if form == "json":
        data = {**asdict(found), "count": found.count()}
        click.echo(json.dumps(data, indent=2, ensure_ascii=False))
    elif form == "csv":
        click.echo(coverage_csv(found, gaps=gaps), nl=False)
    else:
        click.echo(coverage_text(found, gaps=gaps))


COMMANDS = (
    check_command,
    coverage_command,
    fmt_command,
    test_command,
    *CHANGES,
)
