"""Options that several commands share."""

from __future__ import annotations

from pathlib import Path

import click

FOLDER = click.option(
    "--knowledge",
    "folder",
    type=click.Path(path_type=Path, file_okay=False),
    help="Folder that holds 'ontology' and 'shapes'; by default the one of this installation.",
)
FORMAT = click.option(
    "--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True
)
