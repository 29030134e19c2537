"""The command `mednec release`."""

from __future__ import annotations

from pathlib import Path

import click

from reasoner.authoring.publication import release

from .options import FOLDER, SECONDS


@click.command("release")
@click.argument("out", type=click.Path(path_type=Path, file_okay=False))
@SECONDS
@FOLDER
def release_command(out: Path, *, seconds: int, folder: Path) -> None:
    """Write the ontology into OUT as one versioned file, in Turtle and OWL functional syntax."""
    for path in release(folder, out, seconds=seconds):
        click.echo(f"written: {path}")
