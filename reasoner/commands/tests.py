"""The command `mednec test`."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from reasoner.authoring.author_tests import run_author_tests
from reasoner.pages.explanation import explanation_text

from .options import FOLDER, load

if TYPE_CHECKING:
    from pathlib import Path


@click.command("test")
@FOLDER
def test_command(folder: Path) -> None:
    """Run the authors' tests (*.tests.yaml) and compare the queries with their answers."""
    failed = count = 0
    for tried in run_author_tests(load(folder), explanation_text):
        count += 1
        failed += bool(tried.wrong)
        if tried.wrong:
            click.echo(f"FAILED {tried.path}: {tried.name}")
            for line in tried.wrong:
                click.echo(f"    {line}")
    click.echo(f"{count - failed} passed, {failed} failed")
    sys.exit(1 if failed else 0)
