"""The command `mednec generate`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from reasoner.authoring.publication import write_root
from reasoner.knowledge.classified import generate_classification

from .options import FOLDER, SECONDS

if TYPE_CHECKING:
    from pathlib import Path


@click.command("generate")
@click.option("--fresh", is_flag=True, help="Classify even if no axiom changed.")
@SECONDS
@FOLDER
def generate_command(*, fresh: bool, seconds: int, folder: Path) -> None:
    """Classify the ontology with HermiT; run it after each change of an axiom."""
    before = {path: path.read_bytes() for path in _generated(folder)}
    path = generate_classification(folder, fresh=fresh, seconds=seconds)
    for each in (path, *write_root(folder)):
        click.echo(f"{'unchanged' if before.get(each) == each.read_bytes() else 'written'}: {each}")


def _generated(folder: Path) -> list[Path]:
    ontology = folder / "ontology"
    return [*(ontology / "generated").glob("*.ttl"), *ontology.glob("*.xml")]
