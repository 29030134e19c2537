from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from reasoner.letters.files import load_source
from reasoner.letters.read import read_letter
from reasoner.letters.reference_form import as_reference
from reasoner.pages.reading import marks

if TYPE_CHECKING:
    from reasoner.letters.lexicon import Lexicon

LETTERS = sorted((Path(__file__).parents[2] / "fixtures" / "letters").glob("*.txt"))


@pytest.mark.parametrize("path", LETTERS, ids=lambda path: path.stem)
def test_a_letter_reads_as_it_was_blessed(path: Path, lexicon: Lexicon, *, bless: bool) -> None:
    """A changed reading fails until a person has reviewed it."""
    letter = read_letter(load_source(path), lexicon)
    read = as_reference(letter)
    read["marks"] = [f"{m.name}: {m.value} ({m.trust})" for m in marks(letter)]
    text = json.dumps(read, indent=1, ensure_ascii=False) + "\n"
    golden = path.with_suffix(".reading.json")
    if bless:
        golden.write_text(text, encoding="utf-8")

    assert golden.read_text(encoding="utf-8") == text


def test_there_are_letters() -> None:
    """There are letters to compare."""
    assert len(LETTERS) > 3
