"""The command `mednec docs`."""

from __future__ import annotations

from pathlib import Path

import click

from reasoner.knowledge import load_knowledge

from .documentation import documentation
from .site import write_site


@click.command("docs")
@click.argument("out", type=click.Path(path_type=Path, file_okay=False))
@click.option(
    "--knowledge",
    "folder",
    type=click.Path(path_type=Path, file_okay=False),
    help="Folder that holds 'ontology' and 'shapes'; by default the one of this installation.",
)
def docs_command(out: Path, folder: Path | None) -> None:
    """Write the pages of the knowledge base as HTML and Turtle into the folder OUT."""
    pages = write_site(documentation(load_knowledge(folder)), out)
    click.echo(f"{pages} pages: open {out / 'index.html'}")


COMMANDS = (docs_command,)
