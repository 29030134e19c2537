"""The command `mednec docs`."""

from __future__ import annotations

from pathlib import Path

import click

from reasoner.knowledge.base import load_knowledge
from reasoner.pages.knowledge.documentation import documentation
from reasoner.pages.knowledge.site import write_site

from .options import FOLDER


@click.command("docs")
@click.argument("out", type=click.Path(path_type=Path, file_okay=False))
@FOLDER
def docs_command(out: Path, folder: Path | None) -> None:
    """Write the pages of the knowledge base as HTML and Turtle into the folder OUT."""
    pages = write_site(documentation(load_knowledge(folder)), out)
    click.echo(f"{pages} pages: open {out / 'index.html'}")


COMMANDS = (docs_command,)
