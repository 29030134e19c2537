"""Open facts: unknown is neither no nor zero, and every completion is considered."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Final

from hypothesis import assume, given
from hypothesis import strategies as st

from tests.generated_cases import (
    EITHER,
    MEASURED,
    Part,
    changed,
    finding,
    given_before,
    judged,
    name,
    notes,
    responding,
    without,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from reasoner import Knowledge
    from reasoner.determinations.conclude import Determination

SUPPORTED: Final = "MedicallyNecessary"
FAR: Final = 60
"""Visits beyond every limit of the knowledge base."""
ASKS_FOR_MONTHS: Final = date(2015, 4, 20)
"""The day from which chronic pain is defined by months since onset."""
COUNTS: Final = st.sampled_from(["AtLeast", "UnknownCount"])


def open_response(case: Part) -> Part:
    """Return the case with the therapy notes missing and nothing said of improvement."""
    return responding(without(case, "authorization"), None) | {"record": [notes("KnownMissing")]}


def responses(case: Part) -> Iterator[Part]:
    """Yield the case with each thing that the missing notes could state."""
    for truth in ("Affirmed", "Negated", None):
        yield responding(without(case, "authorization"), truth) | {"record": [notes("InFile")]}


def decided_on(case: Part) -> date:
    day = case.get("urDecision", {}).get("decidedOn") or case["request"][0]["requestedOn"]
    assert isinstance(day, date)
    return day


def open_phase(case: Part) -> Part:
    """Return the case without anything that decides whether the pain is chronic."""
    kinds = {"PainBeyondHealing", "ChronicPain"}
    kept = [f for f in case["finding"] if f["findingType"] not in kinds]
    return case | {"finding": kept, "injury": {"injuredOn": case["injury"]["injuredOn"]}}


def phases(case: Part) -> Iterator[Part]:
    """Yield the case with the pain chronic and not, under the definition of its day."""
    day = decided_on(case)
    if day >= ASKS_FOR_MONTHS:
        for onset in (day - timedelta(400), day - timedelta(20)):
            yield changed(case, lambda c, onset=onset: c["injury"].update(onsetOn=onset))
    else:
        for truth in ("Affirmed", "Negated"):
            stated = finding("PainBeyondHealing", truth)
            yield changed(case, lambda c, stated=stated: c["finding"].append(stated))


def supports(one: Determination) -> bool:
    return name(one) == SUPPORTED


def span(one: Determination) -> tuple[int, int]:
    """Return the fewest and the most visits supported; all are possible if nothing is decided."""
    return one.visits.supported or (0, one.visits.requested)


def within(part: Determination, whole: Determination) -> bool:
    """Return True if the visits one supports are within the range of the other."""
    (low, high), (least, most) = span(part), span(whole)
    return least <= low and high <= most


def alike(one: Determination, other: Determination) -> bool:
    """Return True if the outcome and the number supported are the same."""
    return (name(one), one.visits.supported) == (name(other), other.visits.supported)


@given(case=EITHER, sure=st.integers(0, 12), certainty=COUNTS, extra=st.integers(0, FAR))
def test_a_robust_outcome_holds_for_every_count(
    case: Part, sure: int, certainty: str, extra: int, knowledge: Knowledge
) -> None:
    """A robust outcome holds for every possible count."""
    found = judged(given_before(case, sure, certainty), knowledge)
    known = judged(given_before(case, sure + extra), knowledge)

    assert within(known, found)
    if found.robust:
        assert alike(known, found)


@given(case=EITHER)
def test_a_robust_outcome_holds_for_all_missing_notes(case: Part, knowledge: Knowledge) -> None:
    """A robust outcome holds for improvement, no improvement and no statement on it."""
    found = judged(open_response(case), knowledge)

    for completed in responses(case):
        known = judged(completed, knowledge)
        assert within(known, found)
        if found.robust:
            assert alike(known, found)


@given(case=EITHER)
def test_a_robust_outcome_holds_with_and_without_chronicity(
    case: Part, knowledge: Knowledge
) -> None:
    """A robust outcome holds whether or not the pain is chronic."""
    unsaid = open_phase(case)
    found = judged(unsaid, knowledge)

    for completed in phases(unsaid):
        known = judged(completed, knowledge)
        assert within(known, found)
        if found.robust:
            assert alike(known, found)


@given(case=EITHER, sure=st.integers(0, 12), extra=st.integers(0, FAR))
def test_a_robust_outcome_holds_for_all_combinations(
    case: Part, sure: int, extra: int, knowledge: Knowledge
) -> None:
    """A robust outcome holds for every combination of count, response and chronicity."""
    found = judged(open_response(given_before(open_phase(case), sure, "AtLeast")), knowledge)
    assume(found.robust)

    for phase in phases(open_phase(case)):
        for completed in responses(given_before(phase, sure + extra)):
            assert alike(judged(completed, knowledge), found)


@given(case=MEASURED, sure=st.integers(0, 12), truth=st.sampled_from(["Affirmed", None]))
def test_an_outcome_reported_to_depend_on_the_count_does(
    case: Part, sure: int, truth: str | None, knowledge: Knowledge
) -> None:
    """If only the count is open, one count supports the request and another does not."""
    altered = responding(without(case, "authorization"), truth) | {"record": [notes("InFile")]}
    found = judged(given_before(altered, sure, "AtLeast"), knowledge)
    asked = case["request"][0]["requestedVisits"]
    at = {
        n: judged(given_before(altered, sure + n), knowledge) for n in (0, 1, asked, 2 * asked, FAR)
    }

    if found.robust:
        assert all(alike(one, found) for one in at.values())
    some = any(supports(one) for one in at.values())
    if some and not all(supports(one) for one in at.values()):
        assert not found.robust
        assert name(found) == "NotEstablished"
        assert "TURN-01" in {s.rule for s in found.missing}


@given(case=MEASURED, prior=st.integers(0, 12))
def test_an_outcome_reported_to_depend_on_the_notes_does(
    case: Part, prior: int, knowledge: Knowledge
) -> None:
    """If only the response is open, the outcome and the number depend on it or are robust."""
    treated = given_before(case, prior)
    found = judged(open_response(treated), knowledge)
    good, bad, _ = (judged(one, knowledge) for one in responses(treated))
    differ = supports(good) != supports(bad)

    if good.robust and bad.robust:
        assert found.robust == alike(good, bad)
    if differ:
        assert supports(good)
        assert (name(found), found.robust) == ("NotEstablished", False)
    assert ("TURN-02" in {s.rule for s in found.missing}) == differ


@given(case=EITHER)
def test_dependence_on_chronicity_is_reported(case: Part, knowledge: Knowledge) -> None:
    """Both readings are decided, and the determination reports a difference."""
    settled = responding(given_before(open_phase(case), 3), "Affirmed")
    found = judged(settled, knowledge)
    one, other = (judged(phase, knowledge) for phase in phases(settled))

    assert not found.robust or alike(one, other)
    if supports(one) != supports(other) and found.is_decided:
        assert not found.robust
        assert "TURN-03" in {s.rule for s in found.missing}


@given(case=EITHER)
def test_an_unknown_count_is_not_zero(case: Part, knowledge: Knowledge) -> None:
    """A request that is necessary with an unknown count is necessary with every count."""
    unknown = judged(given_before(case, None, "UnknownCount"), knowledge)
    none = judged(given_before(case, 0), knowledge)
    many = judged(given_before(case, FAR), knowledge)

    if supports(unknown):
        assert supports(none)
        assert supports(many)
    if supports(none) != supports(many):
        assert not unknown.robust


@given(case=EITHER)
def test_a_silent_record_does_not_exclude_earlier_therapy(case: Part, knowledge: Knowledge) -> None:
    """A record without earlier therapy leaves the count open."""
    silent = judged(case | {"course": []}, knowledge)
    unknown = judged(given_before(case, None, "UnknownCount"), knowledge)

    assert (silent.outcome, silent.robust) == (unknown.outcome, unknown.robust)
    assert silent.visits.prior_open


@given(case=MEASURED, prior=st.integers(1, 12))
def test_a_missing_record_is_not_a_denial(case: Part, prior: int, knowledge: Knowledge) -> None:
    """A request is open if missing notes could support or refuse it."""
    treated = given_before(case, prior)
    missing = judged(open_response(treated), knowledge)
    good, bad, _ = (judged(one, knowledge) for one in responses(treated))

    if supports(good) and not supports(bad):
        assert name(missing) == "NotEstablished"


@given(case=EITHER)
def test_a_contradictory_record_is_not_resolved(case: Part, knowledge: Knowledge) -> None:
    """Contradicting statements on improvement support only what both support."""
    both = changed(
        responding(case, "Affirmed"),
        lambda c: c["finding"].append(finding("FunctionalImprovement", "Negated", "Therapist")),
    )
    found = judged(both, knowledge)
    good = judged(responding(case, "Affirmed"), knowledge)
    bad = judged(responding(case, "Negated"), knowledge)

    assert supports(found) == (supports(good) and supports(bad))
    assert span(found)[0] == min(span(good)[0], span(bad)[0])


@given(case=EITHER, sure=st.integers(0, 10), more=st.integers(0, 10))
def test_knowing_more_never_widens_what_is_possible(
    case: Part, sure: int, more: int, knowledge: Knowledge
) -> None:
    """A count of "at least eight" leaves no wider range than "at least three"."""
    wide = judged(given_before(case, sure, "AtLeast"), knowledge)
    narrow = judged(given_before(case, sure + more, "AtLeast"), knowledge)

    assert within(narrow, wide)
    if wide.robust:
        assert narrow.robust
