"""The command `mednec check`."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

import click

from reasoner.authoring.check import check_knowledge
from reasoner.authoring.check_output import as_json, as_sarif, as_text
from reasoner.version import VERSION

from .options import FOLDER, SECONDS, memory_of


@click.command("check")
@click.argument("files", nargs=-1, type=click.Path(path_type=Path))
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json", "sarif"]),
    default="text",
    show_default=True,
    help="Output format.",
)
@click.option("--fresh", is_flag=True, help="Check everything again, even if nothing changed.")
@SECONDS
@FOLDER
def check_command(
    files: tuple[Path, ...], form: str, *, fresh: bool, seconds: int, folder: Path
) -> None:
    """
    Check the knowledge base; with FILES, report only what concerns them.

    Exit code 0 if every stage ran and found no error, 1 if not, 2 if there is nothing to check.
    """
    announce = _announce if sys.stderr.isatty() else _keep_quiet
    memory = memory_of(folder, "check")
    report = check_knowledge(folder, memory=memory, fresh=fresh, seconds=seconds, announce=announce)
    if files:
        names = {_relative(path, folder) for path in files}
        kept = tuple(f for f in report.findings if f.path in names or not f.path)
        report = replace(report, findings=kept)
    if form == "sarif":
        click.echo(as_sarif(report, VERSION))
    else:
        click.echo(as_json(report) if form == "json" else as_text(report))
    sys.exit(0 if report.passed else 1)


def _announce(step: str) -> None:
    click.echo(f"checking {step}", err=True)


def _keep_quiet(_: str) -> None:
    """Print nothing: standard error is not a terminal."""


def _relative(path: Path, home: Path) -> str:
    full = path.resolve()
    if not full.exists():
        raise click.UsageError(f"{path} does not exist.")
    try:
        return full.relative_to(home.resolve()).as_posix()
    except ValueError as error:
        raise click.UsageError(f"{path} is not in the knowledge at {home}.") from error
