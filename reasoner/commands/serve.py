"""The command `mednec serve`."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path

import click

from .options import FOLDER, load, settings
from .settings import environment, processors, user_data

SETTINGS_FILE = click.option(
    "--settings-file",
    type=click.Path(path_type=Path, dir_okay=False, exists=True),
    envvar="MEDNEC_SETTINGS",
    metavar="TOML",
    help="File with settings of the service; 'mednec doctor --settings' lists them.",
)


def service_settings(file: Path | None) -> object:
    """
    Return the `Settings` of a served mednec: the file, the environment, else the defaults.

    Raises:
        SettingRefused: A setting is unknown, or its value is not of its type.
    """
    data = user_data()
    found: object = import_module("api").read_settings(
        environment(),
        file,
        cache=settings().cache,
        database=str(data / "records.db") if data else "",
        log=True,
        workers=processors(),
    )
    return found


@click.command("serve")
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8080, show_default=True, help="0 for a free port.")
@click.option(
    "--watch",
    type=click.FloatRange(min=0.1),
    metavar="SECONDS",
    help="Reload changed knowledge files, looking at them this often.",
)
@SETTINGS_FILE
@FOLDER
def serve_command(
    host: str, port: int, watch: float | None, settings_file: Path | None, folder: Path
) -> None:
    """
    Serve the HTTP API and the web pages.

    With --watch, changed knowledge is used as soon as it loads without an error; until then the
    service keeps the last knowledge that did.
    """
    chosen = service_settings(settings_file)
    api = import_module("api")
    api.serve(load(folder), host=host, port=port, watch=watch, settings=chosen)
