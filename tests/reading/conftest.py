from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from reasoner.knowledge.files import read_turtle
from reasoner.knowledge.find import find_knowledge, ontology_files
from reasoner.letters.lexicon import read_lexicon

if TYPE_CHECKING:
    import pyoxigraph as ox

    from reasoner.letters.lexicon import Lexicon

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="session")
def lexicon() -> Lexicon:
    """Return the lexicon of the checkout, which needs no classification."""
    home = find_knowledge()
    facts: list[ox.Triple] = []
    for path in ontology_files(home):
        facts += read_turtle(path, home)
    return read_lexicon(facts)
