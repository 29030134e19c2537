"""Splitting or merging requests never gives a better result."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from hypothesis import assume, given
from hypothesis import strategies as st

from reasoner import assessment_data
from tests.generated_cases import (
    CASE,
    CASES,
    EITHER,
    MEASURED,
    Part,
    asking,
    concepts,
    decided,
    given_before,
    judged,
    listed,
    name,
    responding,
)

if TYPE_CHECKING:
    from reasoner import Assessment, Knowledge

SUPPORTED: Final = "MedicallyNecessary"
EXCEEDED: Final = {"CapExceeded", "CapExceededTogether"}


def with_request(case: Part, **other: Any) -> Part:
    """Return the case with a second request that differs from the first in the given keys."""
    first = case["request"][0]
    second = first | {"id": f"{CASE}#request-2"} | other
    return case | {"request": [first, second]}


def split(case: Part, first: int) -> Part:
    """Return the case with its request made in two parts."""
    whole = case["request"][0]["requestedVisits"]
    one = asking(case, first)
    return with_request(one, requestedVisits=whole - first)


@given(case=EITHER)
def test_requests_for_different_care_are_decided_apart(case: Part, knowledge: Knowledge) -> None:
    """An additional request for massage does not change the decision on therapy."""
    care = "Massage" if case["request"][0]["treatment"] != "Massage" else "Acupuncture"
    both = decided(with_request(case, treatment=care), knowledge)
    alone = decided(case, knowledge)

    together: Any = assessment_data(both, knowledge)["determinations"]
    single: Any = assessment_data(alone, knowledge)["determinations"]
    assert together[0] == single[0]


@given(case=CASES, visits=st.integers(1, 20))
def test_the_order_of_requests_does_not_matter(
    case: Part, visits: int, knowledge: Knowledge
) -> None:
    """Each request has the same verdict in either order."""
    both = with_request(case, requestedVisits=visits)
    both["request"][1].pop("weeks", None)
    swapped = both | {"request": both["request"][::-1]}

    assert assessment_data(decided(swapped, knowledge), knowledge) == assessment_data(
        decided(both, knowledge), knowledge
    )


@given(case=MEASURED, prior=st.integers(0, 6), whole=st.integers(2, 20), part=st.integers(1, 19))
def test_splitting_a_request_in_two_never_helps(
    case: Part, prior: int, whole: int, part: int, knowledge: Knowledge
) -> None:
    """Two requests share one limit: both are necessary only if the whole is."""
    assume(part < whole)
    asked = asking(given_before(case, prior), whole)
    assume(name(judged(asked, knowledge)) != SUPPORTED)

    parts = decided(split(asked, part), knowledge).determinations
    assert not all(name(one) == SUPPORTED for one in parts)


def legal(decision: Assessment, place: int) -> set[str]:
    """Name the legal findings on one of the requests of a case."""
    request = decision.case.requests[place]
    found = decision.derivation.values(request, "legalFinding")
    return {value.value.rsplit("#", 1)[-1] for value in found}


@given(case=EITHER, prior=st.integers(14, 26), whole=st.integers(2, 12), part=st.integers(1, 11))
def test_splitting_a_request_in_two_never_helps_over_the_cap(
    case: Part, prior: int, whole: int, part: int, knowledge: Knowledge
) -> None:
    """The parts of a request exceed the cap exactly if the whole does."""
    assume(part < whole)
    asked = asking(given_before(case, prior), whole)
    at_once = legal(decided(asked, knowledge), 0)
    parts = decided(split(asked, part), knowledge)

    for place in (0, 1):
        found = legal(parts, place)
        assert ("WithinCap" in found) is ("WithinCap" in at_once)
        assert bool(found & EXCEEDED) is bool(at_once & EXCEEDED)


@given(case=MEASURED, prior=st.integers(0, 6), whole=st.integers(2, 20), part=st.integers(1, 19))
def test_a_necessary_request_stays_necessary_in_two_parts(
    case: Part, prior: int, whole: int, part: int, knowledge: Knowledge
) -> None:
    """A necessary request stays necessary when split in two."""
    assume(part < whole)
    asked = asking(given_before(case, prior), whole)
    assume(name(judged(asked, knowledge)) == SUPPORTED)

    parts = decided(split(asked, part), knowledge).determinations
    assert all(name(one) == SUPPORTED for one in parts)


@given(case=EITHER, prior=st.integers(1, 8), whole=st.integers(2, 20), part=st.integers(1, 19))
def test_asking_in_steps_never_helps(
    case: Part, prior: int, whole: int, part: int, knowledge: Knowledge
) -> None:
    """Two parts decided in sequence do not support more visits than the whole."""
    assume(part < whole)
    treated = given_before(case, prior)
    first = judged(asking(treated, part), knowledge)
    then = judged(asking(given_before(case, prior + part), whole - part), knowledge)

    if name(first) == name(then) == SUPPORTED:
        assert name(judged(asking(treated, whole), knowledge)) == SUPPORTED


@given(case=MEASURED, prior=st.integers(1, 8), whole=st.integers(2, 20), part=st.integers(1, 19))
def test_asking_at_once_never_helps(
    case: Part, prior: int, whole: int, part: int, knowledge: Knowledge
) -> None:
    """With documented improvement, asking in steps supports as many visits as asking at once."""
    assume(part < whole)
    treated = responding(given_before(case, prior), "Affirmed")
    at_once = judged(asking(treated, whole), knowledge)
    assume(at_once.visits.limit is not None and at_once.visits.limit == at_once.visits.largest)
    first = judged(asking(treated, part), knowledge).visits.most
    later = responding(given_before(case, prior + first), "Affirmed")
    rest = judged(asking(later, whole - first), knowledge).visits.most if first < whole else 0

    assert at_once.visits.most == first + rest


@given(case=MEASURED, region=st.sampled_from(sorted(concepts("body-regions"))))
def test_requests_for_different_regions_are_decided_apart(
    case: Part, region: str, knowledge: Knowledge
) -> None:
    """A request for another region has its own count."""
    assume(region not in listed(case["request"][0]["region"]))
    alone = judged(case, knowledge)
    both = decided(with_request(case, region=[region]), knowledge).determinations[0]

    assert (both.outcome, both.robust, both.visits) == (alone.outcome, alone.robust, alone.visits)


@given(case=MEASURED, prior=st.integers(0, 8), whole=st.integers(2, 20), spare=st.integers(0, 1))
def test_two_requests_have_one_outcome_each(
    case: Part,
    prior: int,
    whole: int,
    spare: int,
    knowledge: Knowledge,
) -> None:
    """Each completion of each request has exactly one outcome."""
    first = asking(responding(given_before(case, prior), "Affirmed"), whole)
    if spare:
        diagnosed = {r for d in case["diagnosis"] for r in concepts("conditions")[d["condition"]]}
        other = min(set(concepts("body-regions")) - diagnosed - set(first["request"][0]["region"]))
        first["request"][0]["region"] = [*first["request"][0]["region"], other]
    found = decided(split(first, whole // 2), knowledge).derivation

    for scenario in {f[0] for f in found.facts.all if f[1].endswith("#scenarioOutcome>")}:
        assert len(found.values(scenario[1:-1], "scenarioOutcome")) == 1
