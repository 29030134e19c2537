"""Compute visits, cap, days, months and outcome a second time, without the rules."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, Final

from hypothesis import assume, given
from hypothesis import strategies as st

from reasoner.knowledge.terms import mn
from tests.generated_cases import (
    CASES,
    EITHER,
    MEASURED,
    Part,
    asking,
    changed,
    decided,
    given_before,
    judged,
    listed,
    name,
    without,
)

if TYPE_CHECKING:
    from reasoner import Knowledge
    from reasoner.determinations.conclude import Determination

TREATING: Final = {"TreatingPhysician", "Therapist"}


def counted(case: Part, *, everywhere: bool = False) -> list[Part]:
    """List the courses of the care requested, for a region requested or none, or anywhere."""
    request = case["request"][0]
    return [
        course
        for course in case["course"]
        if course["treatment"] == request["treatment"]
        and (everywhere or "region" not in course or course["region"] in request["region"])
    ]


def sure(courses: list[Part]) -> int:
    return sum(course.get("attendedVisits", 0) for course in courses)


def left_open(courses: list[Part]) -> bool:
    return any(course["countCertainty"] != "Exact" for course in courses)


def response(case: Part) -> str:
    """Return in one word what the record states about functional improvement."""
    truths = {
        f["truth"]
        for f in case["finding"]
        if f["findingType"] == "FunctionalImprovement" and f["statedBy"] in TREATING
    }
    if len(truths) == 2:
        return "contradicted"
    if truths:
        return truths.pop()
    missing = any(
        r["recordType"] == "TherapyNotes" and r["availability"] == "KnownMissing"
        for r in case["record"]
    )
    return "open" if missing else "silent"


def excused(case: Part) -> bool:
    return any(
        f["findingType"] == "ExceptionalFactors"
        and f["truth"] == "Affirmed"
        and f["statedBy"] in TREATING
        for f in case["finding"]
    )


def figures(knowledge: Knowledge, found: Determination, key: str) -> set[int]:
    """Look up the figures of the governing rows, their own or borrowed."""
    rows = [
        knowledge.value(g.source.iri, mn("sameLimitAs")) or g.source.iri for g in found.governing
    ]
    return {int(v) for row in rows if (v := knowledge.value(row, mn(key))) is not None}


def is_open(knowledge: Knowledge, row: str) -> bool:
    """Return True if a row leaves the number of visits to the next source."""
    return knowledge.value(row, mn("leavesNumberOpen")) == "true"


@given(case=EITHER)
def test_earlier_visits_are_counted_as_the_policy_says(case: Part, knowledge: Knowledge) -> None:
    """Earlier visits are those attended for the same treatment and a requested or no region."""
    found = judged(case, knowledge)

    assert found.visits.prior == sure(counted(case))
    assert found.visits.prior_open == (
        left_open(counted(case)) or not counted(case, everywhere=True)
    )
    assert found.visits.total == found.visits.prior + case["request"][0]["requestedVisits"]


@given(case=EITHER)
def test_the_limit_is_the_figure_of_what_governs(case: Part, knowledge: Knowledge) -> None:
    """The limit of a determination is the figure of its governing rows."""
    found = judged(case, knowledge)
    limits, trials = (figures(knowledge, found, k) for k in ("maximumVisits", "trialVisits"))
    if supplied := [s.text for s in found.reasons if s.rule == "LIM-20"]:
        # A governing row that leaves the number open takes it from the next source, and says so.
        assert any(is_open(knowledge, g.source.iri) for g in found.governing)
        assert any(str(found.visits.limit) in re.findall(r"\d+", text) for text in supplied)
        return

    assert found.visits.limit == min(limits, default=None)
    assert found.visits.largest == max(limits, default=None)
    assert found.visits.trial == min(trials, default=None)


@given(case=EITHER)
def test_support_never_goes_beyond_the_written_limit_unless_excused(
    case: Part, knowledge: Knowledge
) -> None:
    """Earlier and supported visits together stay within the largest figure."""
    assume(not excused(case))
    found = judged(case, knowledge)
    limits = figures(knowledge, found, "maximumVisits")
    assume(limits)

    assert found.visits.most == 0 or found.visits.most + found.visits.prior <= max(limits)


def admits_factors(knowledge: Knowledge, found: Determination) -> bool:
    """Return True if a governing source says that exceptional factors justify more visits."""
    sources = {knowledge.value(g.source.iri, mn("statedIn")) for g in found.governing}
    return any(
        knowledge.value(iri, mn("statedIn")) in sources
        for (iri, predicate), values in knowledge.described.items()
        if predicate == mn("notedFactors").value and "true" in {v.value for v in values}
    )


def expected(
    found: Determination, case: Part, improvement: str, knowledge: Knowledge
) -> tuple[str, int, int]:
    """
    Compute the outcome for one limit and an exact count, and the fewest and most visits supported.

    Where improvement is needed and the record is silent on it, the number supported is open.
    """
    asked, prior, limit = found.visits.requested, found.visits.prior, found.visits.limit
    assert limit is not None
    goes_on = prior == 0 or prior < (found.visits.trial or 0) or improvement == "Affirmed"
    allowed = prior + asked <= limit or (excused(case) and admits_factors(knowledge, found))
    possible = asked if allowed else max(0, limit - prior)
    if not goes_on and improvement == "Negated":
        return "NotMedicallyNecessary", 0, 0
    if not goes_on:
        return ("NotEstablished" if allowed else "NotMedicallyNecessary"), 0, possible
    if allowed:
        return "MedicallyNecessary", asked, asked
    return ("NecessaryInPart" if possible else "NotMedicallyNecessary"), possible, possible


@given(case=MEASURED, prior=st.integers(0, 20))
def test_the_outcome_is_that_of_a_second_computation(
    case: Part, prior: int, knowledge: Knowledge
) -> None:
    """The outcome equals one computed by hand from limit, trial, response and factors."""
    treated = given_before(case, prior)
    found = judged(treated, knowledge)
    assume(response(treated) in {"Affirmed", "Negated", "silent"})
    assume(found.visits.limit is not None and found.visits.limit == found.visits.largest)

    outcome, least, most = expected(found, treated, response(treated), knowledge)
    assert (name(found), found.visits.least, found.visits.most) == (outcome, least, most)
    assert found.robust == (least == most)


@given(case=MEASURED, offset=st.integers(-1, 1), prior=st.integers(0, 9))
def test_the_limit_holds_at_its_edge(
    case: Part, offset: int, prior: int, knowledge: Knowledge
) -> None:
    """Test one below the limit, the limit and one above it."""
    treated = given_before(case, prior)
    limit = judged(treated, knowledge).visits.limit
    assume(limit is not None and limit == judged(treated, knowledge).visits.largest)
    assert limit is not None
    asked = limit - prior + offset
    assume(asked > 0 and response(treated) in {"Affirmed", "Negated", "silent"})
    treated["request"][0] = without(treated["request"][0], "weeks", "visitsPerWeek") | {
        "requestedVisits": asked
    }
    found = judged(treated, knowledge)

    outcome, least, most = expected(found, treated, response(treated), knowledge)
    assert (name(found), found.visits.least, found.visits.most) == (outcome, least, most)
    assert ("LIM-02" in {s.rule for s in found.reasons}) == (offset > 0 and prior > 0)
    # That the number is within the limit argues for the request, so it is left out of a refusal.
    refused = outcome == "NotMedicallyNecessary"
    assert ("LIM-08" in {s.rule for s in found.reasons}) == (offset <= 0 and not refused)


def cap(knowledge: Knowledge, case: Part) -> int | None:
    """Look up the cap of the requested treatment in force on the day of injury."""
    day = case["injury"]["injuredOn"].isoformat()
    care = f"https://w3id.org/mednec/concept/{case['request'][0]['treatment']}"
    for (iri, predicate), kinds in knowledge.described.items():
        if predicate == mn("capsTreatment").value and care in {k.value for k in kinds}:
            since = knowledge.value(iri, mn("effectiveFrom")) or "9999"
            until = knowledge.value(iri, mn("effectiveUntil")) or "9999"
            if since <= day < until:
                return int(knowledge.value(iri, mn("maximumVisits")) or 0)
    return None


@given(case=EITHER, years=st.sampled_from([0, 0, 0, 7, 12]))
def test_the_cap_is_computed_by_discipline_and_injury(
    case: Part, years: int, knowledge: Knowledge
) -> None:
    """The cap counts all visits of one discipline in any region, and reports exceptions."""
    injured = case["injury"]["injuredOn"] - timedelta(years * 365)
    case = case | {"injury": {"injuredOn": injured}}
    found = judged(case, knowledge)
    most, courses = cap(knowledge, case), counted(case, everywhere=True)
    total = sure(courses) + case["request"][0]["requestedVisits"]
    fired = {s.rule for s in found.legal if s.rule.startswith("CAP-")}

    assert found.visits.cap == most
    if most is None:
        assert not fired
        return
    assert found.visits.capped == sure(courses)
    open_ = left_open(courses) or not courses
    # An authorization lifts the cap by the visits that it names.
    allowed = most + case.get("authorization", {}).get("authorizedVisits", 0)
    if "surgery" not in case:
        assert ("CAP-12" in fired) == (total > allowed)
        assert ("CAP-13" in fired) == (most < total <= allowed and not open_)
        assert ("CAP-10" in fired) == (total <= most and not open_)
        assert ("CAP-11" in fired) == (total <= allowed and open_)
    for saying in found.legal:
        if saying.rule in {"CAP-10", "CAP-12"}:
            asked = case["request"][0]["requestedVisits"]
            # No sentence counts visits that were not given.
            parts = [n for n in (sure(courses), asked, total, allowed) if n]
            numbers = [int(n) for n in re.findall(r"\d+", saying.text)][: len(parts)]
            assert sorted(numbers) == sorted(parts)
            least = "at least " if open_ else ""
            assert saying.text.startswith(f"Cap: {least}{total} ")


@given(case=CASES, days=st.integers(0, 40))
def test_timeliness_is_computed_in_days(case: Part, days: int, knowledge: Knowledge) -> None:
    """A prospective review is late after 14 days from the request, and unknown without a date."""
    request = case["request"][0]
    assume("requestedOn" in request and "urDecision" in case)
    requested = request["requestedOn"]
    received = requested + timedelta(3)
    decided_on = received + timedelta(days)
    altered: Any = without(case, "imrDecision")
    altered["request"] = [request | {"receivedOn": received, "reviewType": "ProspectiveReview"}]
    altered["urDecision"] = case["urDecision"] | {"decidedOn": decided_on}
    found = {s.rule: s.text for s in judged(altered, knowledge).legal}
    bare = without(request, "receivedOn", "requestedOn")
    altered["request"] = [bare]
    unknown = {s.rule for s in judged(altered, knowledge).legal}
    latest = last_day(requested + timedelta(14), knowledge)

    assert ("UR-06" in found) == (decided_on > latest)
    assert len({"UR-05", "UR-06", "UR-08", "UR-37"} & set(found)) == 1
    assert "UR-05" in found or days > 4
    if "UR-05" in found:
        assert f"Decided {days} day" in found["UR-05"]
    assert "UR-04" in unknown
    assert not {"UR-05", "UR-06"} & unknown


def last_day(day: date, knowledge: Knowledge) -> date:
    """Return the day itself, or the next business day after a weekend or a holiday."""
    kept, disputed = (
        {v.value for (_, p), vs in knowledge.described.items() if p == mn(name).value for v in vs}
        for name in ("observedOn", "disputedHoliday")
    )
    if day.weekday() < 5 and str(day) not in kept | disputed:
        return day
    day += timedelta(1)
    while day.weekday() > 4 or str(day) in kept:
        day += timedelta(1)
    return day


@given(case=CASES)
def test_time_since_injury_is_that_of_the_calendar(case: Part, knowledge: Knowledge) -> None:
    """Days and months since injury follow the calendar, including leap years and month ends."""
    decision = decided(case, knowledge)
    request = decision.determinations[0].request
    first = case["injury"]["injuredOn"]
    last = case.get("urDecision", {}).get("decidedOn")
    if last is None:
        assert decision.derivation.number(request, "daysSinceInjury") is None
        return
    months = (last.year - first.year) * 12 + last.month - first.month - (last.day < first.day)

    assert decision.derivation.number(request, "daysSinceInjury") == (last - first).days
    assert decision.derivation.number(request, "monthsSinceInjury") == months


@given(case=CASES, months=st.integers(0, 14), days=st.integers(-2, 2))
def test_the_period_after_an_operation_is_computed_in_whole_months(
    case: Part, months: int, days: int, knowledge: Knowledge
) -> None:
    """The postsurgical period runs from the operation for its whole months."""
    row = "https://w3id.org/mednec/guideline/mtus-postsurgical-2009/meniscectomy"
    period = int(knowledge.value(row, mn("periodMonths")) or 0)
    day = case["request"][0].get("requestedOn") or case["urDecision"]["decidedOn"]
    count = day.year * 12 + day.month - 1 - months
    performed = date(count // 12, count % 12 + 1, min(day.day, 28)) + timedelta(days)
    # Only a request for the region of the operation follows it.
    altered = changed(case, lambda c: c["request"][0].update(region=["Knee"]))
    altered["surgery"] = {"procedure": "Meniscectomy", "performedOn": performed}
    decision = decided(altered, knowledge)
    request = decision.determinations[0].request
    phases = {v.value.rsplit("/", 1)[-1] for v in decision.derivation.values(request, "phase")}
    passed = (
        (day.year - performed.year) * 12 + day.month - performed.month - (day.day < performed.day)
    )
    in_law = decision.determinations[0].law_of >= "2009-07-18"

    assert period
    assert ("Postsurgical" in phases) == (in_law and 0 <= passed < period and day >= performed)


@given(case=EITHER)
def test_each_region_is_supported_by_a_current_diagnosis_or_reported(
    case: Part, knowledge: Knowledge
) -> None:
    """Each requested region has a current diagnosis, only a past one, or none."""
    decision = decided(case, knowledge)
    request = decision.determinations[0].request
    supported, without_, past = (
        {v.value for v in decision.derivation.values(request, key)}
        for key in ("supportedRegion", "unsupportedRegion", "pastOnlyRegion")
    )
    asked = {f"https://w3id.org/mednec/concept/{r}" for r in listed(case["request"][0]["region"])}

    assert supported | without_ == asked
    assert not supported & without_
    assert past <= without_
    fired = {s.rule for s in decision.determinations[0].reasons}
    assert ("REG-02" in fired) == bool(past)
    assert ("REG-06" in fired) == bool(without_ - past)


def in_dispute(case: Part, *, approved: int, asked: int) -> Part:
    """Return the case with a part of the request approved by utilization review."""
    altered = asking(case, asked)
    altered["request"][0]["originalVisits"] = approved + asked
    day = altered["request"][0].get("requestedOn") or altered["urDecision"]["decidedOn"]
    review = {"decisionOutcome": "Modified", "approvedVisits": approved, "decidedOn": day}
    altered["request"][0].pop("receivedOn", None)
    return without(altered, "imrDecision", "rebuttal") | {"urDecision": review}


@given(
    case=MEASURED,
    prior=st.integers(0, 8),
    approved=st.integers(1, 8),
    offset=st.one_of(st.integers(-1, 1), st.integers(-4, 4)),
)
def test_a_remainder_is_added_to_what_was_approved(
    case: Part, prior: int, approved: int, offset: int, knowledge: Knowledge
) -> None:
    """Earlier, approved and disputed visits are added and compared with the largest figure."""
    plain = in_dispute(given_before(case, prior), approved=approved, asked=1)
    limit = judged(plain, knowledge).visits.limit
    assume(limit is not None)
    asked = max(1, (limit or 0) - prior - approved + offset)
    found = judged(in_dispute(plain, approved=approved, asked=asked), knowledge)
    assume(found.visits.limit == limit == found.visits.largest)
    reasons = {s.rule: s.text for s in found.reasons}

    total = prior + approved + asked
    assert ("LIM-23" in reasons) == (total > (limit or 0))
    assert ("LIM-24" in reasons) == (total <= (limit or 0))
    text = reasons.get("LIM-23", reasons.get("LIM-24", ""))
    parts = [n for n in (prior, approved, asked, total) if n]  # no count of visits not given
    assert [int(n) for n in re.findall(r"\d+", text)][: len(parts)] == parts


@given(case=MEASURED, few=st.integers(0, 6), more=st.integers(1, 6), approved=st.integers(1, 8))
def test_two_counts_bound_what_was_given_with_what_was_approved(
    case: Part, few: int, more: int, approved: int, knowledge: Knowledge
) -> None:
    """The upper bound is the greater of two counts plus the approved visits."""
    altered = in_dispute(given_before(case, few), approved=approved, asked=2)
    altered["course"][0]["attendedVisits"] = [few, few + more]
    decision = decided(altered, knowledge)
    request = decision.determinations[0].request

    assert decision.derivation.number(request, "priorAtMost") == few + more + approved

    further = {"treatment": altered["request"][0]["treatment"], "countCertainty": "UnknownCount"}
    open_ = decided(altered | {"course": [*altered["course"], further]}, knowledge)
    assert open_.derivation.number(request, "priorAtMost") is None


@given(case=MEASURED, prior=st.one_of(st.integers(0, 1), st.integers(8, 14)))
def test_a_word_of_degree_is_compared_with_the_number(
    case: Part, prior: int, knowledge: Knowledge
) -> None:
    """The word "extensive" is a finding if the earlier visits are within the guideline."""
    states = [{"about": "ExtentOfTreatment", "truth": "Affirmed", "quote": "extensive therapy"}]
    letter = {"decisionOutcome": "Upheld", "basis": "OtherBasis", "states": states}
    found = judged(given_before(case, prior) | {"imrDecision": letter}, knowledge)
    assume(found.visits.limit is not None)

    fits = 0 < prior <= (found.visits.limit or 0)
    assert ("AUD-04" in {s.rule for s in found.audit}) == fits
