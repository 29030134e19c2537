"""Compare a case by date, set of sources and counting policy, and decide it as of a day."""

from __future__ import annotations

import itertools
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import pytest

from reasoner import (
    COMPARISONS,
    assessment_text,
    decide,
    describe_assessment,
    load_case,
    load_case_file,
)
from reasoner.knowledge.terms import mn

if TYPE_CHECKING:
    from collections.abc import Iterator

    from reasoner import Assessment, Knowledge
    from reasoner.determinations.variants import RequestComparison, Stretch, Variant

CASES = Path(__file__).parents[2] / "fixtures" / "cases"
SEED = "seed-2014-spine-12-visits"
DATED = (SEED, "crps-25-visits-requested-2016-07-28", "meniscectomy-12-visits-postsurgical")


def of(name: str, knowledge: Knowledge, **asked: Any) -> Assessment:
    return decide(load_case_file(CASES / name / "case.ttl", knowledge), knowledge, **asked)


def compared(name: str, knowledge: Knowledge, *wanted: str) -> RequestComparison:
    (found,) = of(name, knowledge, include=wanted).comparisons.values()
    return found


def content_of(v: Variant) -> tuple[object, ...]:
    return (v.outcome, v.robust, v.supported, set(v.governing))


def decided(decision: Assessment) -> tuple[object, ...]:
    (one,) = decision.determinations
    rows = {g.source.iri for g in one.governing}
    return (one.outcome, one.robust, one.visits.supported, rows)


def step_at(day: str, timeline: tuple[Stretch, ...]) -> Stretch:
    (found,) = [s for s in timeline if s.start <= day and (s.end is None or day < s.end)]
    return found


def dates_of(knowledge: Knowledge) -> Iterator[str]:
    for (_, predicate), values in knowledge.described.items():
        if predicate in {mn("effectiveFrom").value, mn("effectiveUntil").value}:
            yield from (v.value for v in values)


@pytest.mark.parametrize("name", DATED)
def test_each_step_is_what_the_case_is_decided_as_on_its_first_and_last_day(
    name: str, knowledge: Knowledge
) -> None:
    """Each step of a timeline equals the decision as of its first and last day."""
    steps = compared(name, knowledge, "timeline").timeline

    for step in steps:
        last = step.end and str(date.fromisoformat(step.end) - timedelta(days=1))
        for day in {step.start, last or step.start}:
            asked = of(name, knowledge, as_of=date.fromisoformat(day))
            assert decided(asked) == content_of(step.variant), day


@pytest.mark.slow
@pytest.mark.parametrize("name", DATED)
def test_no_date_of_the_data_is_missed(name: str, knowledge: Knowledge) -> None:
    """The timeline includes every date in the data."""
    steps = compared(name, knowledge, "timeline").timeline
    days = {d for d in dates_of(knowledge) if d >= steps[0].start}

    for day in sorted(days):
        asked = of(name, knowledge, as_of=date.fromisoformat(day))
        assert decided(asked) == content_of(step_at(day, steps).variant), day


@pytest.mark.parametrize("name", DATED)
def test_the_steps_follow_one_another_and_differ(name: str, knowledge: Knowledge) -> None:
    """The steps of a timeline have no gap or overlap, and equal neighbors are merged."""
    steps = compared(name, knowledge, "timeline").timeline

    assert [s.end for s in steps[:-1]] == [s.start for s in steps[1:]]
    assert steps[-1].end is None
    assert all(
        content_of(a.variant) != content_of(b.variant) or a.variant.limit != b.variant.limit
        for a, b in itertools.pairwise(steps)
    )
    assert sum(s.used for s in steps) == 1


def test_the_seed_changes_when_an_edition_without_text_begins(knowledge: Knowledge) -> None:
    """From 2017-12-01 the text in force is not held, so the outcome becomes not established."""
    steps = compared(SEED, knowledge, "timeline").timeline

    assert [s.start for s in steps if s.flips] == ["2017-12-01"]
    assert steps[0].used


def test_months_of_a_definition_flip_on_their_day(knowledge: Knowledge) -> None:
    """The outcome changes when the three months of the 2015 definition end."""
    text = (CASES / "lumbar-strain-8-visits-within-limit/case.ttl").read_text()
    text = text.replace("2014-", "2015-").replace("2013-08-07", "2015-01-31")
    text = text.replace(
        'mn:injuredOn "2015-01-31"^^xsd:date',
        'mn:injuredOn "2015-01-31"^^xsd:date ; mn:onsetOn "2015-01-31"^^xsd:date',
    )
    case = load_case(text.encode(), knowledge, form="turtle")

    (found,) = decide(case, knowledge, include=["timeline"]).comparisons.values()

    assert "2015-05-01" in {s.start for s in found.timeline}


def test_as_of_the_date_of_the_case_changes_nothing(knowledge: Knowledge) -> None:
    """`as_of` with the date of the case gives the same determination."""
    plain, asked = of(SEED, knowledge), of(SEED, knowledge, as_of=date(2014, 5, 9))

    assert decided(plain) == decided(asked)
    assert (plain.as_of, asked.as_of) == (None, "2014-05-09")
    assert asked.determinations[0].law_of == "2014-05-09"


def test_each_set_of_sources_is_tried_alone(knowledge: Knowledge) -> None:
    """The schedule, ODG and ACOEM each refuse the seed; the statute sets no measure of need."""
    found = {v.name: v for v in compared(SEED, knowledge, "sources").sources}

    assert list(found) == ["", "the MTUS alone", "ODG alone", "ACOEM alone", "the statute alone"]
    assert all("/odg-2014/" in row for row in found["ODG alone"].governing)
    assert [w.rule for w in found["ODG alone"].why] == ["VIEW-10", "VIEW-10"]
    assert {w.rule for w in found["ACOEM alone"].why} == {"LIM-61", "VIEW-11"}
    assert {w.rule for w in found["the statute alone"].why} == {"VIEW-14", "VIEW-15"}
    assert found[""].governing == found["the MTUS alone"].governing


def test_the_default_policy_comes_first_and_gives_its_reason(knowledge: Knowledge) -> None:
    """With 12 visits authorized and 4 attended, only the policy that counts both counts 12."""
    found = compared("lumbar-strain-authorized-not-attended", knowledge, "policies").policies

    assert [v.prior for v in found] == [4, 4, 4, 12]
    assert all(v.note for v in found)
    assert found[0].label == "medically necessary"
    assert found[3].label != found[0].label


def test_a_plain_decision_compares_nothing(knowledge: Knowledge) -> None:
    """Comparisons are computed only on request."""
    assert of(SEED, knowledge).comparisons == {}


def test_an_unknown_comparison_is_refused(knowledge: Knowledge) -> None:
    """An unknown comparison is an error."""
    with pytest.raises(ValueError, match="weather"):
        of(SEED, knowledge, include=["weather"])


def test_the_page_shows_the_requested_comparisons(knowledge: Knowledge) -> None:
    """The page has three additional sections."""
    full = of(SEED, knowledge, include=COMPARISONS)
    headings = ("By date", "Which source decides", "By counting policy")

    page = assessment_text(describe_assessment(full, knowledge))
    plain = assessment_text(describe_assessment(of(SEED, knowledge), knowledge))

    assert all(f"\n{heading}" in page for heading in headings)
    assert not any(f"\n{heading}" in plain for heading in headings)


def test_two_counts_of_one_course_are_an_interval(knowledge: Knowledge) -> None:
    """Counts of 9 and 12 from two records are an interval, not a sum or a choice."""
    (one,) = of("lumbar-strain-9-or-12-visits-contradicted", knowledge).determinations

    assert (one.visits.prior, one.visits.prior_most, one.visits.prior_open) == (9, 12, True)
    assert {
        "9 visits were given according to the therapy notes.",
        "12 visits were given according to the progress report.",
    } <= {s.text for s in one.missing}


@pytest.mark.parametrize(
    ("name", "rule", "edits", "outcome"),
    [
        (
            "two-regions-12-visits-one-supported",
            "CHG-01",
            [(" , mnc:ThoracicSpine", ""), ("requestedVisits 12", "requestedVisits 10")],
            "MedicallyNecessary",
        ),
        (
            "two-regions-4-visits-improvement-not-shown",
            "CHG-14",
            [],
            "NecessaryInPart",
        ),
        (
            "two-regions-4-visits-improvement-not-shown",
            "CHG-01",
            [(" , mnc:ThoracicSpine", "")],
            "MedicallyNecessary",
        ),
        (
            "lumbar-strain-9-or-12-visits-contradicted",
            "CHG-17",
            [("mn:attendedVisits 12", "mn:attendedVisits 9")],
            "MedicallyNecessary",
        ),
    ],
)
def test_a_proposed_change_has_the_promised_result(
    name: str, rule: str, edits: list[tuple[str, str]], outcome: str, knowledge: Knowledge
) -> None:
    """Making the proposed change gives the promised outcome."""
    assert rule in {s.rule for s in of(name, knowledge).determinations[0].changes}
    text = (CASES / name / "case.ttl").read_text()
    for old, new in edits:
        assert old in text
        text = text.replace(old, new)
    if "not-shown" in name:
        shown = "mn:finding [ mn:findingType mnc:FunctionalImprovement ; mn:truth mn:Affirmed ; "
        text = text.replace("mn:finding [", f"{shown}mn:statedBy mn:TreatingPhysician ] , [", 1)

    (one,) = decide(load_case(text.encode(), knowledge, form="turtle"), knowledge).determinations

    assert cast("str", one.outcome).endswith(f"#{outcome}")
