"""What the commands share: their common options, and how they show that they are at work."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import click

from reasoner.knowledge.limits import SECONDS as REASONER_SECONDS

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from contextlib import AbstractContextManager

Item = TypeVar("Item")

FOLDER = click.option(
    "--knowledge",
    "folder",
    type=click.Path(path_type=Path, file_okay=False),
    help="Folder that holds 'ontology' and 'shapes'; by default the one of this installation.",
)
SECONDS = click.option(
    "--seconds",
    type=click.IntRange(min=1),
    default=REASONER_SECONDS,
    show_default=True,
    help="Processor time after which the reasoner is stopped, which is an error.",
)
CASE = click.argument("case", type=click.Path(path_type=Path))
AS_OF = click.option(
    "--as-of",
    type=click.DateTime(["%Y-%m-%d"]),
    help="Decide under the law and the guidelines of that day.",
)
FORMAT = click.option(
    "--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True
)


def progress(items: Sequence[Item], label: str) -> AbstractContextManager[Iterable[Item]]:
    """Go through items with a bar on standard error; without a terminal only its label is told."""
    return click.progressbar(items, label=label, file=sys.stderr, show_pos=True)
