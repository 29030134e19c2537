"""Monotonicity: the direction in which each input can change the outcome."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hypothesis import assume, given
from hypothesis import strategies as st

from tests.generated_cases import (
    CASES,
    EITHER,
    MEASURED,
    Part,
    asking,
    changed,
    concepts,
    finding,
    given_before,
    listed,
    measured,
    name,
    responding,
)

if TYPE_CHECKING:
    from reasoner import Knowledge

FAVOUR = ("NotMedicallyNecessary", "NotEstablished", "NecessaryInPart", "MedicallyNecessary")
SUPPORTED = "MedicallyNecessary"


@given(case=EITHER, extra=st.integers(1, 20))
def test_asking_for_more_never_turns_refusal_into_support(
    case: Part, extra: int, knowledge: Knowledge
) -> None:
    """A request that is not supported as made is not supported with more visits."""
    assume(name(measured(case, knowledge)) != SUPPORTED)

    larger = asking(case, case["request"][0]["requestedVisits"] + extra)
    assert name(measured(larger, knowledge)) != SUPPORTED


@given(case=MEASURED, asked=st.integers(1, 30), extra=st.integers(1, 10))
def test_asking_for_more_never_reduces_supported_visits(
    case: Part, asked: int, extra: int, knowledge: Knowledge
) -> None:
    """A larger request never has fewer visits supported."""
    less, more = (measured(asking(case, n), knowledge) for n in (asked, asked + extra))
    assume(less.visits.limit is not None and less.visits.limit == less.visits.largest)

    assert more.visits.most >= less.visits.most


@given(case=EITHER)
def test_no_more_is_supported_than_requested(case: Part, knowledge: Knowledge) -> None:
    """A necessary request is supported in full, and never more than that."""
    found = measured(case, knowledge)
    asked = case["request"][0]["requestedVisits"]

    assert 0 <= found.visits.least <= found.visits.most <= asked
    if name(found) == SUPPORTED:
        assert (found.visits.least, found.visits.most) == (asked, asked)
    if name(found) == "NotMedicallyNecessary":
        assert found.visits.least < asked


@given(case=EITHER, prior=st.integers(1, 25), extra=st.integers(1, 20))
def test_more_earlier_visits_never_help(
    case: Part, prior: int, extra: int, knowledge: Knowledge
) -> None:
    """After therapy has begun, more earlier visits never lead to a better outcome."""
    before = measured(given_before(case, prior), knowledge)
    after = measured(given_before(case, prior + extra), knowledge)

    assert after.visits.most <= before.visits.most
    if name(after) == SUPPORTED:
        assert name(before) == SUPPORTED


@given(case=EITHER)
def test_documented_improvement_never_harms(case: Part, knowledge: Knowledge) -> None:
    """Documented improvement never leads to a worse outcome."""
    for truth in (None, "Negated"):
        plain = measured(responding(case, truth), knowledge)
        better = measured(responding(case, "Affirmed"), knowledge)

        assert better.visits.least >= plain.visits.least
        assert better.visits.most >= plain.visits.least
        if name(plain) == SUPPORTED:
            assert name(better) == SUPPORTED


@given(case=EITHER)
def test_a_denied_improvement_never_helps(case: Part, knowledge: Knowledge) -> None:
    """Denied improvement never leads to a better outcome than a silent record."""
    silent = measured(responding(case, None), knowledge)
    denied = measured(responding(case, "Negated"), knowledge)

    assert denied.visits.most <= silent.visits.most
    if name(denied) == SUPPORTED:
        assert name(silent) in {SUPPORTED, "NotEstablished"}


@given(case=EITHER)
def test_exceptional_factors_never_harm(case: Part, knowledge: Knowledge) -> None:
    """Exceptional factors never lead to a worse outcome."""
    plain = changed(
        case,
        lambda c: c.update(
            finding=[f for f in c["finding"] if f["findingType"] != "ExceptionalFactors"]
        ),
    )
    shown = changed(plain, lambda c: c["finding"].append(finding("ExceptionalFactors", "Affirmed")))

    before, after = measured(plain, knowledge), measured(shown, knowledge)

    assert after.visits.least >= before.visits.least
    assert FAVOUR.index(name(after)) >= FAVOUR.index(name(before)) or name(after) in {
        "NotEstablished",
        SUPPORTED,
    }
    if name(before) == SUPPORTED:
        assert name(after) == SUPPORTED


@given(case=CASES)
def test_without_a_current_diagnosis_nothing_is_supported(case: Part, knowledge: Knowledge) -> None:
    """A past diagnosis alone supports no visits."""
    past = [d | {"diagnosisStatus": "Past"} for d in case["diagnosis"]]

    found = measured(case | {"diagnosis": past}, knowledge)

    assert name(found) not in {SUPPORTED, "NecessaryInPart"}
    assert found.visits.most == 0 or not found.robust


@given(case=EITHER, more=st.sampled_from(sorted(concepts("body-regions"))))
def test_a_further_region_without_a_diagnosis_never_helps(
    case: Part, more: str, knowledge: Knowledge
) -> None:
    """Adding a region without a diagnosis never leads to support."""
    treated = {r for d in case["diagnosis"] for r in listed(d.get("region", []))}
    treated |= {
        r for d in case["diagnosis"] for r in concepts("conditions").get(d.get("condition"), ())
    }
    regions = listed(case["request"][0]["region"])
    assume(
        more not in treated
        and more not in regions
        and all("condition" in d for d in case["diagnosis"])
    )
    assume(all(concepts("conditions")[d["condition"]] for d in case["diagnosis"]))
    alone = given_before(case, 2)
    wider = changed(alone, lambda c: c["request"][0].update(region=[*regions, more]))

    before, after = measured(alone, knowledge), measured(wider, knowledge)

    assert name(after) != SUPPORTED
    assert after.visits.most <= before.visits.most


@given(case=EITHER, sure=st.integers(0, 15))
def test_an_open_count_never_supports_more_than_a_sure_one(
    case: Part, sure: int, knowledge: Knowledge
) -> None:
    """A count of "at least n" never supports more visits than exactly n."""
    open_ = measured(given_before(case, sure, "AtLeast"), knowledge)
    exact = measured(given_before(case, sure), knowledge)

    assert open_.visits.least <= exact.visits.least
    if name(open_) == SUPPORTED:
        assert name(exact) == SUPPORTED
