"""The command `mednec release`."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import click

from reasoner.authoring.publication import release
from reasoner.authoring.revisions import open_revision
from reasoner.authoring.versions import date_versions, outdated_versions

from .options import FOLDER, SECONDS, DateArgument


def _day(_: click.Context, __: click.Parameter, moment: datetime | None) -> date:
    return (moment or datetime.now(tz=UTC)).date()


@click.command("release")
@click.argument("out", type=click.Path(path_type=Path, file_okay=False))
@click.option(
    "--since",
    metavar="OLD",
    help="The last release, as a git revision or a folder of knowledge: each file that changed "
    "since then gets a new version.",
)
@click.option(
    "--on",
    type=DateArgument(["%Y-%m-%d"]),
    callback=_day,
    metavar="DATE",
    help="The date of the new versions. Default: today.",
)
@SECONDS
@FOLDER
def release_command(out: Path, since: str | None, on: date, *, seconds: int, folder: Path) -> None:
    """
    Write the ontology into OUT as one versioned file, in Turtle and OWL functional syntax.

    With --since, files that changed and kept their version get that of --on first.
    """
    if since is not None:
        with open_revision(since, folder) as before:
            outdated = outdated_versions(before, folder)
        for path in date_versions(outdated, on.isoformat()):
            click.echo(f"new version: {path}")
    for path in release(folder, out, seconds=seconds):
        click.echo(f"written: {path}")
