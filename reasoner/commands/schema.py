"""The command `mednec schema`."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import click

from reasoner.cases.schema import case_schema

from .options import FOLDER, load

if TYPE_CHECKING:
    from pathlib import Path


@click.command("schema")
@click.argument("document", type=click.Choice(["case"]))
@FOLDER
def schema_command(document: str, folder: Path) -> None:
    """
    Write the JSON Schema of DOCUMENT: case.

    It has every part and property of a case with its type, number of values, allowed terms and an
    example, for editors that complete JSON and for tools that generate code.
    """
    schemas = {"case": case_schema}
    click.echo(json.dumps(schemas[document](load(folder).form), indent=2, ensure_ascii=False))
