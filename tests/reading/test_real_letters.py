from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from reasoner.letters.files import load_source
from reasoner.letters.read import read_letter
from reasoner.letters.reference_form import as_reference

if TYPE_CHECKING:
    from pathlib import Path

    from reasoner.letters.lexicon import Lexicon

FLOOR = 100
"""Percent of right answers in each field: what the half of the letters that this reader was
developed on has reached, and may not fall below."""


def is_developed_on(case: str) -> bool:
    """Return True if a letter is in the half on which the grammar was developed."""
    return int(case[-1]) % 2 == 0


@pytest.mark.slow
def test_the_letters_of_development_read_as_before(
    shared_folder: Path, lexicon: Lexicon, tmp_path: Path
) -> None:
    """A changed grammar reads the development letters at least as well."""
    letters = shared_folder / "letters"
    if not (letters / "score.py").is_file():
        pytest.skip("The letters are missing next to this checkout.")
    readings, half = tmp_path / "readings.jsonl", {}
    for name in ("reference", "items"):
        rows = (letters / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()
        half[name] = tmp_path / f"{name}.jsonl"
        kept = [row for row in rows if is_developed_on(json.loads(row)["case"])]
        half[name].write_text("\n".join(kept), encoding="utf-8")
    paths = [p for p in sorted(letters.rglob("CM*.txt")) if is_developed_on(p.stem)]
    read = [as_reference(read_letter(load_source(path), lexicon)) for path in paths]
    readings.write_text("\n".join(map(json.dumps, read)), encoding="utf-8")
    command = [sys.executable, letters / "score.py", readings, "--json"]
    command += ["--reference", half["reference"], "--items", half["items"]]
    scored = subprocess.run(command, capture_output=True, text=True, check=True)
    fields = json.loads(scored.stdout)["fields"]

    assert len(fields) > 30
    assert {n: r for n, r in fields.items() if r[0] * 100 < FLOOR * r[1]} == {}
