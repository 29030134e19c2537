from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from reasoner.audits.audit import Auditor, determination_of
from reasoner.letters.files import load_source
from reasoner.letters.read import read_letter

if TYPE_CHECKING:
    from pathlib import Path

    from reasoner import Knowledge

BALANCED = 0.85
"""The required agreement with the reviewers: the mean share of each outcome."""


def is_developed_on(case: str) -> bool:
    """Return True if a letter is in the half on which the rules were developed."""
    return int(case[-1]) % 2 == 0


@pytest.mark.slow
def test_determinations_agree_with_reviewers_or_say_why_not(
    shared_folder: Path, knowledge: Knowledge
) -> None:
    """On the development letters, agreement is balanced and each difference has a finding."""
    letters = shared_folder / "letters"
    if not (letters / "items.jsonl").is_file():
        pytest.skip("The letters are missing next to this checkout.")
    lines = (letters / "items.jsonl").read_text(encoding="utf-8").splitlines()
    facts = {(f["case"], f["item"]): f for f in map(json.loads, lines)}
    auditor = Auditor(knowledge)
    pairs: list[tuple[str, str]] = []
    unexplained: list[str] = []
    for path in sorted((letters / "2016-2017").glob("*.txt")):
        if not is_developed_on(path.stem):
            continue
        for audit in auditor.audit(read_letter(load_source(path), auditor.lexicon)):
            fact = facts.get((path.stem, audit.item.heading.value))
            if fact is None:
                continue
            ours = determination_of(audit, knowledge)
            if ours.imr is None:
                continue
            pairs.append((fact["outcome"], str(ours.imr).lower()))
            if pairs[-1][0] != pairs[-1][1] and not ours.findings:
                unexplained.append(path.stem)
    shares = [
        sum(a == b for a, b in pairs if a == outcome) / sum(a == outcome for a, _ in pairs)
        for outcome in {a for a, _ in pairs}
    ]

    assert unexplained == []
    assert sum(shares) / len(shares) >= BALANCED
