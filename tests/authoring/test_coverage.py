"""`mednec coverage` lists what is covered by condition, treatment, rank and date."""

from __future__ import annotations

import csv
from io import StringIO
from typing import TYPE_CHECKING

import pytest

from reasoner.authoring.coverage import FIGURE, HELD, NOT_HELD, coverage, narrow
from reasoner.authoring.space import Space
from reasoner.pages.coverage import coverage_csv, coverage_text

if TYPE_CHECKING:
    from reasoner import Knowledge
    from reasoner.authoring.coverage import Coverage, Spell

CRPS = "complex regional pain syndrome"


@pytest.fixture(scope="module")
def space(knowledge: Knowledge) -> Space:
    return Space(knowledge)


@pytest.fixture(scope="module")
def every(space: Space) -> Coverage:
    return coverage(space)


def spells(found: Coverage, condition: str, treatment: str) -> list[Spell]:
    return [s for s in found.spells if (s.condition, s.treatment) == (condition, treatment)]


def test_a_figure_is_shown_over_the_days_on_which_it_is_in_force(every: Coverage) -> None:
    """The 2016 edition takes effect on the day the 2009 edition ends."""
    found_spells = spells(every, CRPS, "physical medicine")
    schedule = [s for s in found_spells if s.tier == "the medical treatment schedule"]

    assert [(s.since, s.until, s.visits[-1]) for s in schedule if s.says == FIGURE] == [
        ("2009-07-18", "2016-07-29", 24),
        ("2016-07-29", "2017-12-01", 26),
    ]
    assert schedule[-1].says == NOT_HELD


def test_spells_of_one_rank_neither_overlap_nor_repeat(every: Coverage) -> None:
    """Each rank has one entry per pair and day, and equal adjacent periods are merged."""
    last: Spell | None = None
    for spell in every.spells:
        if last and (last.condition, last.treatment, last.tier) == (
            spell.condition,
            spell.treatment,
            spell.tier,
        ):
            assert last.until
            assert last.until <= spell.since
            if last.until == spell.since:
                assert (last.says, last.visits, last.verified) != (
                    spell.says,
                    spell.visits,
                    spell.verified,
                )
        last = spell


@pytest.mark.parametrize("day", ["2012-03-01", "2014-05-09", "2016-07-29", "2024-01-01"])
def test_one_day_is_a_cut_through_all_days(space: Space, every: Coverage, day: str) -> None:
    """The table for one day agrees with the table for all days."""

    def content_of(spell: Spell) -> tuple[object, ...]:
        return (spell.condition, spell.treatment, spell.tier, spell.says, spell.visits)

    cut = {content_of(s) for s in every.spells if s.since <= day and (not s.until or day < s.until)}

    assert {content_of(s) for s in coverage(space, day).spells} == cut


def test_a_gap_has_no_source_in_the_knowledge_base(every: Coverage) -> None:
    """A guideline held by name only is reported as a gap."""
    held: dict[tuple[str, str], list[Spell]] = {}
    for spell in every.spells:
        held.setdefault((spell.condition, spell.treatment), []).append(spell)
    for gap in every.gaps:
        for spell in held.get((gap.condition, gap.treatment), ()):
            overlap = (not gap.until or spell.since < gap.until) and (
                not spell.until or gap.since < spell.until
            )
            assert not (overlap and spell.says in HELD), (gap, spell)
    assert {g.says for g in every.gaps} == {"", NOT_HELD}


def test_every_pair_is_counted_once(every: Coverage) -> None:
    """The counts add up to the number of pairs."""
    assert sum(every.count().values()) == len(every.pairs) == len({p[:2] for p in every.pairs})


def test_the_table_marks_what_is_provisional_and_can_be_narrowed(every: Coverage) -> None:
    """Provisional figures have a question mark in text and a column in data."""
    some = narrow(every, condition="regional pain", treatment="massage")
    text = coverage_text(some, gaps=True)
    rows = list(csv.DictReader(StringIO(coverage_csv(some, gaps=False))))

    assert "6 visits ?" in text
    assert {(r["condition"], r["treatment"]) for r in rows} == {(CRPS, "massage therapy")}
    assert {r["verified"] for r in rows if r["visits"] == "6"} == {"no"}
