"""Margins: the outcome holds up to the edge that a determination names, and not beyond it."""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from reasoner import decide, load_case_file, load_knowledge
from reasoner.determinations.margins import ALONE, TOGETHER

if TYPE_CHECKING:
    from reasoner import Knowledge
    from reasoner.determinations.conclude import Determination

ROOT = Path(__file__).parents[2]
CASES = ROOT / "fixtures" / "cases"
MARGINS = [
    ("lumbar-strain-8-visits-within-limit", "myalgia", 8, None),
    ("lumbar-strain-8-and-6-visits-over-limit", "myalgia", 9, 13),
    ("lumbar-strain-exceptional-factors", "myalgia", None, 10),
    ("lumbar-strain-6-and-6-visits-one-limit", "myalgia", 7, 11),
]
SEED = "seed-2014-spine-12-visits"
ROW_FILE = "ontology/jurisdictions/us-ca/guidelines/mtus-chronic-pain-2009.ttl"


def judged(name: str, knowledge: Knowledge) -> Determination:
    return decide(load_case_file(CASES / name / "case.ttl", knowledge), knowledge).determinations[0]


@pytest.mark.parametrize(("name", "row", "start", "end"), MARGINS, ids=[m[0] for m in MARGINS])
def test_a_margin_is_where_the_outcome_changes(
    name: str,
    row: str,
    start: int | None,
    end: int | None,
    tmp_path: Path,
    knowledge: Knowledge,
) -> None:
    """With the figure moved in the guideline, the outcome is the same inside, and not outside."""
    found = judged(name, knowledge)
    (together,) = [m for m in found.margins if m.counted == TOGETHER]
    assert (together.holds_from, together.holds_until) == (start, end)
    for folder in ("ontology", "shapes"):
        shutil.copytree(ROOT / folder, tmp_path / folder)
    path = tmp_path / ROW_FILE
    text = path.read_text(encoding="utf-8")

    def with_limit(limit: int) -> str:
        block = re.compile(rf"(?ms)^:{row} a .*?mn:maximumVisits )\d+".replace("^:", "(^:"))
        changed, count = block.subn(rf"\g<1>{limit}", text, count=1)
        assert count == 1
        path.write_text(changed, encoding="utf-8")
        return judged(name, load_knowledge(tmp_path)).outcome

    inside = [limit for limit in (start, end) if limit is not None]
    outside = [start - 1] if start else []
    outside += [end + 1] if end is not None else []
    assert all(with_limit(limit) == found.outcome for limit in inside)
    assert all(with_limit(limit) != found.outcome for limit in outside)


def test_the_seed_fails_on_the_request_alone(knowledge: Knowledge) -> None:
    """12 visits exceed any limit below 12, and with 9 earlier visits any limit below 21."""
    said = {m.counted: m.sentence.text for m in judged(SEED, knowledge).margins}

    assert "any limit below 21," in said[TOGETHER]
    assert "any limit below 12 visits" in said[ALONE]
