"""Dates select editions: test the day before, the day and the day after."""

from __future__ import annotations

import re
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pyoxigraph as ox
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from reasoner import decide, load_case_file
from reasoner.knowledge.terms import mn
from tests.generated_cases import (
    CASE,
    DAYS,
    EITHER,
    MEASURED,
    Part,
    changed,
    decided,
    edges,
    finding,
    judged,
)

if TYPE_CHECKING:
    from reasoner import Assessment, Knowledge

KEYS: Final = ("onRequestDate", "onDecisionDate", "onInjuryDate")
CASES: Final = Path(__file__).parents[2] / "fixtures" / "cases"
NEVER: Final = date(9999, 12, 31)


def key_dates(case: Part) -> dict[str, date]:
    """Return the date of a case for each key, with the dates that replace missing ones."""
    request, review = case["request"][0], case.get("urDecision", {})
    asked, decided_on = request.get("requestedOn"), review.get("decidedOn")
    return {
        "onRequestDate": asked or decided_on,
        "onDecisionDate": decided_on or asked,
        "onInjuryDate": case["injury"]["injuredOn"],
        # The service is in the future, so the day of the decision is used.
        "onServiceDate": decided_on or asked,
    }


def span(knowledge: Knowledge, iri: str) -> tuple[date, date]:
    first, last = (knowledge.value(iri, mn(f"effective{end}")) for end in ("From", "Until"))
    return date.fromisoformat(first or str(NEVER)), date.fromisoformat(last or str(NEVER))


def in_force(knowledge: Knowledge, case: Part) -> set[str]:
    """List the sources in force on the day of their key, computed without the rules."""
    days = key_dates(case)
    return {
        iri
        for (iri, predicate), keys in knowledge.described.items()
        if predicate == mn("keyedOn").value
        for key in keys
        if (own := span(knowledge, iri))[0] <= days[key.value.rsplit("#", 1)[-1]] < own[1]
    }


def found_in_force(decision: Assessment) -> set[str]:
    request = decision.determinations[0].request
    return {v.value for v in decision.derivation.values(request, "inForce")}


@given(case=EITHER)
def test_a_source_is_in_force_between_its_dates(case: Part, knowledge: Knowledge) -> None:
    """A source is in force from its start date, inclusive, to its end date, exclusive."""
    assert found_in_force(decided(case, knowledge)) == in_force(knowledge, case)


@pytest.mark.parametrize("edge", edges(), ids=str)
def test_sources_change_exactly_on_their_dates(edge: date, knowledge: Knowledge) -> None:
    """Sources change exactly on the day on which one takes effect or ends."""
    for day in (edge - timedelta(1), edge, edge + timedelta(1)):
        case = {
            "id": CASE,
            "injury": {"injuredOn": day},
            "diagnosis": {"condition": "LumbarStrain", "diagnosisStatus": "Current"},
            "request": [
                {
                    "id": f"{CASE}#request-1",
                    "treatment": "PhysicalTherapy",
                    "region": "LumbarSpine",
                    "requestedVisits": 6,
                    "requestedOn": day,
                }
            ],
            "urDecision": {"decisionOutcome": "Denied", "decidedOn": day},
        }

        assert found_in_force(decided(case, knowledge)) == in_force(knowledge, case)


@given(case=EITHER)
def test_what_governs_is_in_force(case: Part, knowledge: Knowledge) -> None:
    """No edition governs a day on which it was not in force."""
    decision = decided(case, knowledge)
    held = in_force(knowledge, case)

    for governing in decision.determinations[0].governing:
        assert knowledge.value(governing.source.iri, mn("statedIn")) in held


@given(case=MEASURED, days=st.tuples(DAYS, DAYS))
def test_earlier_dates_select_earlier_editions(
    case: Part, days: tuple[date, date], knowledge: Knowledge
) -> None:
    """A later date never selects an older edition of a guideline."""
    years: list[dict[str, str]] = []
    for day in sorted(days):
        moved = changed(case, lambda c, day=day: c["request"][0].update(requestedOn=day))
        moved["request"][0].pop("receivedOn", None)
        moved["injury"] = {"injuredOn": day - timedelta(400), "onsetOn": day - timedelta(400)}
        moved = {
            k: v for k, v in moved.items() if k not in {"imrDecision", "urDecision", "rebuttal"}
        }
        found = judged(moved, knowledge)
        slugs = [g.source.iri.split("/guideline/")[1].split("/")[0] for g in found.governing]
        years.append(dict(slug.rsplit("-", 1) for slug in slugs))

    for body in set(years[0]) & set(years[1]):
        assert years[0][body] <= years[1][body]


@given(case=EITHER, earlier=st.integers(0, 60))
def test_a_date_matters_only_by_what_it_selects(
    case: Part, earlier: int, knowledge: Knowledge
) -> None:
    """Two request dates with the same sources in force give the same decision."""
    assume("surgery" not in case and "decidedOn" in case.get("urDecision", {}))
    assume("requestedOn" in case["request"][0])
    day = case["request"][0]["requestedOn"] - timedelta(earlier)
    assume(day >= case["injury"]["injuredOn"])
    moved = changed(case, lambda c: c["request"][0].update(requestedOn=day))
    assume(in_force(knowledge, moved) == in_force(knowledge, case))

    before, after = judged(case, knowledge), judged(moved, knowledge)

    assert (after.outcome, after.robust, after.visits) == (
        before.outcome,
        before.robust,
        before.visits,
    )
    assert [s.text for s in after.reasons] == [s.text for s in before.reasons]


@given(case=MEASURED, day=st.dates(date(1995, 1, 1), date(2003, 12, 30)))
def test_before_the_first_edition_nothing_governs(
    case: Part, day: date, knowledge: Knowledge
) -> None:
    """Before the first edition is in force no guideline governs, and nothing is decided."""
    old = changed(case, lambda c: c["request"][0].update(requestedOn=day))
    old["request"][0].pop("receivedOn", None)
    old["injury"] = {"injuredOn": day - timedelta(300)}
    old = {k: v for k, v in old.items() if k not in {"urDecision", "imrDecision"}}

    found = judged(old, knowledge)

    assert not found.governing
    assert found.outcome.endswith("#NotDecided")
    assert found.visits.supported is None


@given(case=EITHER)
def test_a_dated_rule_fires_only_within_its_dates(case: Part, knowledge: Knowledge) -> None:
    """A rule does not fire before or after its dates."""
    decision = decided(case, knowledge)
    day = key_dates(case)["onDecisionDate"]

    for firing in decision.derivation.firings:
        text = firing.rule.text if firing.rule else ""
        for sign, stated in re.findall(r'\?lawOf (>=|<) "([\d-]+)"', text):
            limit = date.fromisoformat(stated)
            assert day >= limit if sign == ">=" else day < limit, firing.name


@given(case=EITHER, months=st.integers(0, 8), days=st.integers(-2, 2))
def test_chronic_pain_is_defined_by_the_day(
    case: Part, months: int, days: int, knowledge: Knowledge
) -> None:
    """Chronic pain is defined by months since onset or by healing, never by both."""
    day = key_dates(case)["onDecisionDate"]
    onset = _months_before(day, months) + timedelta(days)
    assume(onset <= day)
    injured = min(case["injury"]["injuredOn"], onset)
    altered = case | {"injury": {"injuredOn": injured, "onsetOn": onset}}
    altered["finding"] = [finding("PainBeyondHealing", "Negated")]
    decision = decided(altered, knowledge)
    request = decision.determinations[0].request
    phases = {v.value.rsplit("/", 1)[-1] for v in decision.derivation.values(request, "phase")}
    by_months = [
        int(v)
        for iri in in_force(knowledge, altered)
        if (v := knowledge.value(iri, mn("monthsFromOnset"))) is not None
    ]

    if by_months:
        assert ("Chronic" in phases) == (_whole_months(onset, day) >= by_months[0])
        assert ("NotChronic" in phases) == (_whole_months(onset, day) < by_months[0])
    else:
        assert "Chronic" not in phases


@pytest.mark.parametrize("between", ["request-and-decision", "decision-and-review"])
def test_all_readings_of_a_case_use_the_requested_day(between: str, knowledge: Knowledge) -> None:
    """`asOf` sets the day for every scenario of the request."""
    path = CASES / f"low-back-2017-edition-between-{between}" / "case.ttl"
    day = date(2017, 11, 1)
    found = decide(load_case_file(path, knowledge), knowledge, as_of=day).derivation
    readings = found.subjects(
        "variantOf", ox.NamedNode(load_case_file(path, knowledge).requests[0])
    )

    assert readings
    for reading in readings:
        assert [v.value for v in found.values(reading, "onDecisionDate")] == [day.isoformat()]
        assert [v.value for v in found.values(reading, "onRequestDate")] == [day.isoformat()]


def _months_before(day: date, months: int) -> date:
    count = day.year * 12 + day.month - 1 - months
    return date(count // 12, count % 12 + 1, min(day.day, 28))


def _whole_months(first: date, last: date) -> int:
    """Count whole months one by one, without the arithmetic of the rules."""
    months = 0
    while True:
        count = first.year * 12 + first.month + months
        year, month = count // 12, count % 12 + 1
        if (last.year, last.month, last.day) < (year, month, first.day):
            return months
        months += 1
