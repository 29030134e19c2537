"""What the commands share: common options, the knowledge base, and a bar of progress."""

from __future__ import annotations

import gc
import hashlib
import sys
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import click

from reasoner.knowledge.find import enclosing_knowledge, find_knowledge
from reasoner.knowledge.limits import SECONDS as REASONER_SECONDS

from .settings import Settings, user_cache

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from contextlib import AbstractContextManager
    from datetime import date, datetime

    import pyoxigraph as ox

    from reasoner.knowledge.base import Knowledge

Item = TypeVar("Item")


def _find_folder(_: click.Context, __: click.Parameter, folder: Path | None) -> Path:
    """Find the knowledge base: the option, else around the current folder, else the installed."""
    return find_knowledge(folder or enclosing_knowledge(Path.cwd()))


class DateArgument(click.DateTime):
    """A date written YYYY-MM-DD; another text is rejected in those words."""

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> datetime:
        """Return midnight of the date; raise BadParameter if the text is not a date."""
        try:
            return super().convert(value, param, ctx)
        except click.BadParameter as error:
            message = f"'{value}' is not a date. Write YYYY-MM-DD."
            raise click.BadParameter(message, ctx, param) from error


def _day(_: click.Context, __: click.Parameter, moment: datetime | None) -> date | None:
    return moment.date() if moment else None


FOLDER = click.option(
    "--knowledge",
    "folder",
    type=click.Path(path_type=Path, file_okay=False),
    envvar="MEDNEC_KNOWLEDGE",
    callback=_find_folder,
    help="Folder that holds 'ontology' and 'shapes'. Default: the checkout around the current "
    "folder, else the knowledge base that is installed with mednec.",
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
    type=DateArgument(["%Y-%m-%d"]),
    callback=_day,
    help="Decide under the law and the guidelines of that day.",
)
FORMAT = click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json"]),
    default="text",
    show_default=True,
    help="Output format.",
)


def settings() -> Settings:
    """Return the settings of the command that runs; those of the user if none was started."""
    context = click.get_current_context(silent=True)
    found = context.find_object(Settings) if context else None
    return found or Settings(cache=user_cache())


def load(folder: Path, *, entailed: tuple[ox.Triple, ...] | None = None) -> Knowledge:
    """
    Load the knowledge base of a folder; what can be kept between runs is kept in the cache.

    Args:
        folder: The folder that holds `ontology` and `shapes`.
        entailed: What the classifier inferred, for knowledge that is not classified yet; None for
            the committed classification.

    Raises:
        KnowledgeError: A file cannot be read, breaks its form, or the classification is stale.
    """
    from reasoner.knowledge.base import load_knowledge  # noqa: PLC0415 - `fmt` does not need it

    knowledge = load_knowledge(folder, entailed=entailed, cache=settings().cache)
    gc.freeze()  # the knowledge lives as long as the process: the collector need not look at it
    return knowledge


def memory_of(folder: Path, subject: str) -> Path | None:
    """
    Return the part of the cache for one subject and one knowledge base; None without a cache.

    Args:
        folder: The folder of the knowledge base; two checkouts never share a memory.
        subject: What is kept there, such as `check`.
    """
    cache = settings().cache
    name = hashlib.sha256(str(folder.resolve()).encode()).hexdigest()[:16]
    return cache / subject / name if cache else None


def progress(items: Sequence[Item], label: str) -> AbstractContextManager[Iterable[Item]]:
    """Go through items with a bar on standard error; without a terminal only its label is shown."""
    return click.progressbar(items, label=label, file=sys.stderr, show_pos=True)
