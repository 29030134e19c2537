"""The command `mednec serve`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from .options import FOLDER, load, settings

if TYPE_CHECKING:
    from pathlib import Path


@click.command("serve")
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8080, show_default=True)
@click.option(
    "--watch",
    type=click.FloatRange(min=0.1),
    metavar="SECONDS",
    help="Reload changed knowledge files, looking at them this often.",
)
@FOLDER
def serve_command(host: str, port: int, watch: float | None, folder: Path) -> None:
    """
    Serve the HTTP API and the web pages.

    With --watch, changed knowledge is used as soon as it loads without an error; until then the
    service keeps the last knowledge that did.
    """
    from importlib import import_module  # noqa: PLC0415 - the one place where reasoner names api

    api = import_module("api")
    chosen = api.Settings(cache=settings().cache)
    api.serve(load(folder), host=host, port=port, watch=watch, settings=chosen)
