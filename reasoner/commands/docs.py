"""The command `mednec docs`."""

from __future__ import annotations

from pathlib import Path

import click

from reasoner.pages.knowledge.documentation import documentation
from reasoner.pages.knowledge.site import write_site

from .options import FOLDER, load


@click.command("docs")
@click.argument("out", type=click.Path(path_type=Path, file_okay=False))
@FOLDER
def docs_command(out: Path, folder: Path) -> None:
    """Write the pages of the knowledge base as HTML and Turtle into the folder OUT."""
    pages = write_site(documentation(load(folder)), out)
    click.echo(f"{pages} pages: open {out / 'index.html'}")
