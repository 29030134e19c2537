"""Margins: the outcome holds up to the edge that a determination names, and not beyond it."""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from reasoner import decide, load_case_file, load_knowledge
from reasoner.determinations.margins import (
    ALONE,
    CAP,
    LIMIT,
    MOVED,
    TOGETHER,
    TRIAL,
    find_figures,
    find_margins,
)
from reasoner.determinations.moved import LEGAL, MovedFigures, reached_by
from reasoner.knowledge.programs import POPULATIONS

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
KINDS = [
    "acupuncture-12-treatments-in-2-weeks",
    "acupuncture-4-and-4-treatments-one-trial",
    "crps-1-and-2-visits-cap-together",
    "crps-25-visits-two-request-dates",
    "crps-26-visits-cap-authorized",
    "knee-two-maxima-in-conflict",
    "knee-visits-across-operation",
    "low-back-manipulation-12-visits-trial-first",
    "low-back-pain-chronicity-decides",
    "lumbar-strain-12-visits-count-unknown",
    "meniscectomy-12-visits-postsurgical",
    "radiculitis-and-crps-conflict",
]
"""Limits alone, in conflict and under two dates; trials, half courses, requests together, caps."""
FAR = 40
"""A figure beyond every number of visits in these cases."""
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
    (together,) = [m for m in found.margins if (m.figure, m.counted) == (LIMIT, TOGETHER)]
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
    margins = judged(SEED, knowledge).margins
    said = {m.counted: m.sentence.text for m in margins if m.figure == LIMIT}

    assert "any limit below 21," in said[TOGETHER]
    assert "any limit below 12 visits" in said[ALONE]


@pytest.mark.parametrize("name", KINDS)
def test_a_margin_misses_no_figure_that_changes_the_result(name: str, knowledge: Knowledge) -> None:
    """With each figure from 0 on, the result is the same up to the edges named, and no further."""
    decision = decide(load_case_file(CASES / name / "case.ttl", knowledge), knowledge)
    derivation, requests = decision.derivation, decision.case.requests
    moved = MovedFigures(knowledge, derivation)
    for request, margins in find_margins(knowledge, derivation, requests).items():
        together = [m for m in margins if m.counted == TOGETHER]
        figures = find_figures(knowledge, derivation, request)
        assert [(m.figure, m.value) for m in together] == [(f.kind, f.value) for f in figures]
        for margin, figure in zip(together, figures, strict=True):
            legal = figure.kind == CAP
            result = LEGAL if legal else "outcome"
            here = set(derivation.values(request, result))
            alike = [
                set(
                    moved.decided(MOVED[figure.kind], figure.rows, number, legal=legal).values(
                        request, result
                    )
                )
                == here
                for number in range(FAR)
            ]
            below = [n for n in range(figure.value) if not alike[n]]
            above = [n for n in range(figure.value, FAR) if not alike[n]]
            assert alike[figure.value]
            assert margin.holds_from == (below[-1] + 1 if below else None)
            if margin.sentence.rule != "MARG-06":
                assert margin.holds_until == (above[0] - 1 if above else None)


def test_each_kind_of_figure_has_a_margin(knowledge: Knowledge) -> None:
    """Two limits in conflict, two dates, a trial and a cap are each moved alone."""
    values = {
        name: [
            (m.figure, m.value) for m in judged(name, knowledge).margins if m.counted == TOGETHER
        ]
        for name in KINDS
    }

    assert [v for v in values["knee-two-maxima-in-conflict"] if v[0] == LIMIT] == [
        (LIMIT, 10),
        (LIMIT, 12),
    ]
    assert [v for v in values["crps-25-visits-two-request-dates"] if v[0] == LIMIT] == [
        (LIMIT, 24),
        (LIMIT, 26),
    ]
    assert (TRIAL, 6) in values["low-back-manipulation-12-visits-trial-first"]
    assert (CAP, 24) in values["crps-26-visits-cap-authorized"]


def test_a_half_course_moves_with_its_limit(knowledge: Knowledge) -> None:
    """12 visits before any was given: half of 24 covers them, half of 23 does not."""
    found = judged("meniscectomy-12-visits-postsurgical", knowledge)
    (together,) = [m for m in found.margins if m.figure == LIMIT]

    assert together.holds_until == 23


def test_no_population_depends_on_a_figure(knowledge: Knowledge) -> None:
    """Memberships are kept when a figure is moved, so no rule behind them may read one."""
    for figure in set(MOVED.values()):
        assert POPULATIONS not in reached_by(knowledge, figure)
