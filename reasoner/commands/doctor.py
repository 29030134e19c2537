"""The command `mednec doctor`."""

from __future__ import annotations

import sys
from importlib import import_module
from typing import TYPE_CHECKING

import click

from .options import FOLDER
from .serve import SETTINGS_FILE, service_settings

if TYPE_CHECKING:
    from pathlib import Path


@click.command("doctor")
@click.option("--settings", "listed", is_flag=True, help="List the settings of the service.")
@SETTINGS_FILE
@FOLDER
def doctor_command(listed: bool, settings_file: Path | None, folder: Path) -> None:  # noqa: FBT001
    """
    Check what the service needs on this machine.

    The exit code is 1 if something is bad.

    With --settings, list each setting with its value and meaning instead.
    """
    settings = service_settings(settings_file)
    if listed:
        for name, value, about in import_module("api").settings_table(settings):
            click.echo(f"{name:<18}{value:<28}{about}")
        return
    findings = list(import_module("api").examine(folder, settings))
    for one in findings:
        click.echo(f"{one.state:<6}{one.need:<26}{one.detail}")
    if any(one.state == "bad" for one in findings):
        sys.exit(1)
