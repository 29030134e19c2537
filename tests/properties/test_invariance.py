"""Order, names, formats, repetition and unread facts do not affect a decision."""

from __future__ import annotations

import json
import random
from typing import TYPE_CHECKING, Any

from hypothesis import assume, given
from hypothesis import strategies as st

from reasoner import assessment_data, decide, load_case
from tests.generated_cases import (
    CASE,
    CASES,
    EITHER,
    Part,
    changed,
    codes,
    concepts,
    decided,
    finding,
    given_before,
    listed,
    turtle,
)

if TYPE_CHECKING:
    from datetime import date

    from reasoner import Assessment, Knowledge


def answers(decision: Assessment, knowledge: Knowledge) -> list[Any]:
    """Return all that is determined, without the report on the form of the case."""
    data: Any = assessment_data(decision, knowledge)
    found = data["determinations"]
    for one in found:
        one["missing"] = [m for m in one["missing"] if m["basis"] != "shapes/case.ttl"]
    return list(found)


def verdict(decision: Assessment) -> list[Any]:
    """Return what is decided of each request, without its wording."""
    return [
        (
            one.outcome,
            one.robust,
            one.visits,
            [g.source.iri for g in one.governing],
            [s.rule for part in (one.reasons, one.changes, one.legal) for s in part],
        )
        for one in decision.determinations
    ]


def as_json(case: Part) -> bytes:
    """Write a case as JSON, with its days as text."""

    def day(value: date) -> str:
        return value.isoformat()

    return json.dumps({"type": "Case", **case}, default=day).encode()


@given(case=CASES, seed=st.integers(0, 2**16))
def test_the_order_of_facts_does_not_matter(case: Part, seed: int, knowledge: Knowledge) -> None:
    """Any order of keys, lists and statements gives the same bytes."""

    def shuffled(part: Any) -> Any:
        if isinstance(part, list):
            items = [shuffled(one) for one in part]
            order.shuffle(items)
            return items
        if isinstance(part, dict):
            items = [(key, shuffled(value)) for key, value in part.items()]
            order.shuffle(items)
            return dict(items)
        return part

    order = random.Random(seed)  # noqa: S311 - an order, not a secret
    first, second = decided(case, knowledge), decided(shuffled(case), knowledge)

    assert first.case.digest == second.case.digest
    assert assessment_data(first, knowledge) == assessment_data(second, knowledge)


@given(case=EITHER)
def test_names_do_not_matter(case: Part, knowledge: Knowledge) -> None:
    """A case with another IRI has the same determination, except for its name."""
    other = "https://w3id.org/mednec/case/another-name"
    renamed = turtle(case).replace(CASE, other)
    found = decide(load_case(renamed.encode(), knowledge, form="turtle"), knowledge)

    expected = json.dumps(answers(decided(case, knowledge), knowledge)).replace(CASE, other)
    expected = expected.replace("case:generated", "case:another-name")
    assert json.loads(expected) == answers(found, knowledge)


@given(case=EITHER, swap=st.permutations(range(3)))
def test_names_of_parts_do_not_matter(case: Part, swap: list[int], knowledge: Knowledge) -> None:
    """A request has the same verdict under any name."""
    renamed = changed(case, lambda c: c["request"][0].update(id=f"{CASE}#{'azm'[swap[0]]}-request"))

    assert verdict(decided(renamed, knowledge)) == verdict(decided(case, knowledge))


@given(case=CASES)
def test_the_form_does_not_matter(case: Part, knowledge: Knowledge) -> None:
    """JSON, Turtle and bare statements of a case have the same facts and digest."""
    first = load_case(turtle(case).encode(), knowledge, form="turtle")
    lines = "\n".join(f"{t} ." for t in first.triples)
    second = load_case(as_json(case), knowledge, form="json")
    third = load_case(lines.encode(), knowledge, form="turtle")

    assert first.digest == second.digest == third.digest


@given(case=EITHER)
def test_a_repeated_fact_changes_nothing(case: Part, knowledge: Knowledge) -> None:
    """Repeating the same statements adds nothing, not even to a sum."""
    once = decided(case, knowledge)
    lines = "\n".join(f"{t} ." for t in once.case.triples)
    twice = decide(load_case(f"{lines}\n{lines}".encode(), knowledge, form="turtle"), knowledge)

    assert answers(twice, knowledge) == answers(once, knowledge)


@given(case=CASES, zeros=st.integers(1, 3))
def test_the_writing_of_a_number_does_not_matter(
    case: Part, zeros: int, knowledge: Knowledge
) -> None:
    """A number with leading zeros or a plus sign is the same number."""
    visits = case["request"][0]["requestedVisits"]
    plain = f"mn:requestedVisits {visits}"
    padded = f'mn:requestedVisits "+{"0" * zeros}{visits}"^^xsd:integer'
    other = load_case(turtle(case).replace(plain, padded).encode(), knowledge, form="turtle")

    assert assessment_data(decide(other, knowledge), knowledge) == assessment_data(
        decided(case, knowledge), knowledge
    )


@given(case=CASES, code=st.sampled_from(codes()))
def test_a_code_and_the_condition_that_it_names_are_one(
    case: Part, code: tuple[str, str], knowledge: Knowledge
) -> None:
    """A diagnosis given by code equals the one given by condition."""
    status = {"diagnosisStatus": "Current"}
    coded = case | {"diagnosis": [{"icd9": code[0], **status}]}
    named = case | {"diagnosis": [{"condition": code[1], **status}]}

    assert verdict(decided(coded, knowledge)) == verdict(decided(named, knowledge))


@given(
    case=EITHER,
    age=st.integers(0, 100),
    sex=st.sampled_from(["Male", "Female"]),
    kind=st.sampled_from(["Tenderness", "NormalNeurovascularStatus", "ResidualDeficit"]),
    truth=st.sampled_from(["Affirmed", "Negated"]),
)
def test_facts_that_no_rule_reads_do_not_matter(
    case: Part, age: int, sex: str, kind: str, truth: str, knowledge: Knowledge
) -> None:
    """Age, sex and findings that no rule reads do not change the text."""
    more = changed(
        case,
        lambda c: c.update(age=age, sex=sex, finding=[*c["finding"], finding(kind, truth)]),
    )
    before, after = decided(case, knowledge), decided(more, knowledge)

    assert verdict(after) == verdict(before)
    assert [[s.text for s in d.reasons] for d in after.determinations] == [
        [s.text for s in d.reasons] for d in before.determinations
    ]


@given(case=EITHER, visits=st.integers(0, 20), part=st.integers(0, 20))
def test_one_history_in_two_records_is_one_history(
    case: Part, visits: int, part: int, knowledge: Knowledge
) -> None:
    """Splitting the visits of one region over two records changes nothing."""
    part = min(part, visits)
    whole = given_before(case, visits)
    (course,) = whole["course"]
    halves = [course | {"attendedVisits": n} for n in (part, visits - part)]

    assert verdict(decided(whole | {"course": halves}, knowledge)) == verdict(
        decided(whole, knowledge)
    )


@given(case=EITHER, visits=st.integers(1, 40))
def test_care_of_another_kind_does_not_count(case: Part, visits: int, knowledge: Knowledge) -> None:
    """Visits for another kind of treatment are not counted."""
    base = given_before(case, 3)
    care = base["request"][0]["treatment"]
    other = "Biofeedback" if care != "Biofeedback" else "Massage"
    assume(care != "PhysicalMedicine")
    course = {"treatment": other, "attendedVisits": visits, "countCertainty": "Exact"}
    more = base | {"course": [*base["course"], course]}

    assert verdict(decided(more, knowledge)) == verdict(decided(base, knowledge))


@given(case=EITHER, visits=st.integers(1, 40))
def test_visits_for_another_region_do_not_count_toward_the_limit(
    case: Part, visits: int, knowledge: Knowledge
) -> None:
    """The limit counts visits for the regions requested; the statutory cap counts all."""
    base = given_before(case, 3)
    request = base["request"][0]
    elsewhere = min(set(concepts("body-regions")) - set(listed(request["region"])))
    course = {
        "treatment": request["treatment"],
        "region": elsewhere,
        "attendedVisits": visits,
        "countCertainty": "Exact",
    }
    before = decided(base, knowledge).determinations[0]
    after = decided(base | {"course": [*base["course"], course]}, knowledge).determinations[0]

    assert (after.outcome, after.robust, after.visits.prior, after.visits.supported) == (
        before.outcome,
        before.robust,
        before.visits.prior,
        before.visits.supported,
    )
    assert after.visits.capped in {before.visits.capped, before.visits.capped + visits}


@given(case=CASES)
def test_to_decide_again_is_to_decide_the_same(case: Part, knowledge: Knowledge) -> None:
    """A decision does not affect a later one."""
    first = assessment_data(decided(case, knowledge), knowledge)

    assert assessment_data(decided(case, knowledge), knowledge) == first
