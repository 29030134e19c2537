"""The JSON of a reading has each value of the reading, under the name of its field."""

from __future__ import annotations

from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
import pytest

from reasoner.letters import data, dispute, model, values
from reasoner.letters.files import load_source
from reasoner.letters.read import read_letter

if TYPE_CHECKING:
    from reasoner.letters.lexicon import Lexicon

LETTERS = sorted((Path(__file__).parents[2] / "fixtures" / "letters").glob("*.txt"))
LEFT_OUT = {"source", "entry"}
READ = [
    kind
    for room in (values, dispute, model)
    for kind in vars(room).values()
    if isinstance(kind, type) and kind.__module__ == room.__name__ and is_dataclass(kind)
]


@pytest.mark.parametrize("kind", READ, ids=lambda kind: kind.__name__)
def test_the_data_have_each_field_of_a_reading(kind: type) -> None:
    """No field is lost where a model gets a new one."""
    wanted = [f.name for f in fields(kind) if f.name not in LEFT_OUT]
    described = getattr(data, f"{kind.__name__}Data")

    assert sorted(described.__struct_fields__) == sorted(wanted)


@pytest.mark.parametrize("path", LETTERS, ids=lambda path: path.stem)
def test_the_json_of_a_reading_can_be_read(path: Path, lexicon: Lexicon) -> None:
    """What is written can be read into the same types."""
    letter = read_letter(load_source(path), lexicon)
    found = msgspec.json.decode(data.letter_json(letter), type=data.LetterData)

    assert found == data.describe_letter(letter)
    assert [(d.words.value, *d.words.spans) for d in found.diagnoses] == [
        (d.words.value, *(data.SpanData(s.start, s.end) for s in d.words.spans))
        for d in letter.diagnoses
    ]
