from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from benchmarks.letters import of_third
from reasoner.letters.files import load_source
from reasoner.letters.read import read_letter
from reasoner.letters.reference_form import as_reference

if TYPE_CHECKING:
    from pathlib import Path

    from reasoner.letters.lexicon import Lexicon

SHORT = "<- short"
"""How the scorer marks a field that does not reach what is asked of it."""


@pytest.mark.slow
@pytest.mark.parametrize("third", ["develop", "tune"])
def test_the_structure_of_letters_reads_as_asked(
    third: str, shared_folder: Path, lexicon: Lexicon, tmp_path: Path
) -> None:
    """A changed grammar reads each field as often right as the scorer of the letters asks."""
    letters = shared_folder / "letters"
    if not (letters / "score.py").is_file():
        pytest.skip("The letters are missing next to this checkout.")
    readings, kept = tmp_path / "readings.jsonl", {}
    for name in ("reference", "items"):
        rows = (letters / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()
        kept[name] = tmp_path / f"{name}.jsonl"
        kept[name].write_text("\n".join(of_third(rows, third)), encoding="utf-8")
    cases = {json.loads(row)["case"] for row in kept["reference"].read_text().splitlines()}
    paths = [p for p in sorted(letters.rglob("CM*.txt")) if p.stem in cases]
    read = [as_reference(read_letter(load_source(path), lexicon)) for path in paths]
    readings.write_text("\n".join(map(json.dumps, read)), encoding="utf-8")
    command = [sys.executable, letters / "score.py", readings]
    command += ["--reference", kept["reference"], "--items", kept["items"]]
    scored = subprocess.run(command, capture_output=True, text=True, check=True).stdout

    assert scored.count("%") > 60
    assert [line for line in scored.splitlines() if SHORT in line] == []
