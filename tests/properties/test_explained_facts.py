"""The facts that explain a determination are sufficient and necessary."""

from __future__ import annotations

import json
import re
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final

from hypothesis import assume, given
from hypothesis import strategies as st

from reasoner import assessment_data, decide, load_case
from reasoner.determinations.conclude import conclude
from reasoner.determinations.slots import suppose_answers
from reasoner.errors import CaseError
from reasoner.kernel.engine import derive
from reasoner.kernel.facts import encode
from tests.generated_cases import EITHER, MEASURED, Part, decided, judged, name, turtle

if TYPE_CHECKING:
    import pyoxigraph as ox

    from reasoner import Assessment, Knowledge
    from reasoner.determinations.conclude import Determination

KEPT: Final = "22-rdf-syntax-ns#type"
"""Facts on the type of a part, which reading derives from the form of the case."""


def rested_on(decision: Assessment) -> dict[tuple[str, str, str], ox.Triple]:
    """List the facts of the case in the proof of its first request."""
    asserted = {encode(t): t for t in decision.case.triples}
    named = {fact for firing in decision.determinations[0].proof for fact in firing.rests_on}
    return {fact: t for fact, t in asserted.items() if fact in named and KEPT not in fact[1]}


def concluded(decision: Assessment, knowledge: Knowledge, facts: set[Any]) -> Determination:
    """Derive conclusions from some of the facts of a case, without validating them."""
    kept = tuple(t for t in decision.case.triples if encode(t) in facts or KEPT in str(t.predicate))
    derivation = derive(knowledge, kept)
    requests = [decision.determinations[0].request]
    supposed = suppose_answers(knowledge, derivation, requests)
    return conclude(knowledge, derivation, requests[0], supposed)


def verdict(one: Determination) -> tuple[Any, ...]:
    governing = [g.source.iri for g in one.governing]
    return one.outcome, one.robust, one.visits, governing, [s.text for s in one.reasons]


def words(one: Determination) -> list[list[str]]:
    parts = (one.dates, one.administrator, one.search, one.reasons, one.missing, one.changes)
    return [[s.text for s in part] for part in (*parts, one.legal, one.otherwise, one.audit)]


@given(case=EITHER)
def test_the_explaining_facts_are_sufficient(case: Part, knowledge: Knowledge) -> None:
    """
    The facts of the explanation alone give the same outcome and at least the same reasons.

    Two kinds of facts matter without being in a proof. A course for another region shows that the
    record mentions earlier treatment, so that the count is not open; courses are kept here. And a
    fact may suppress a reason, as a diagnosis does for "no diagnosis"; so reasons may be added.
    """
    decision = decided(case, knowledge)
    asserted = {encode(t): t for t in decision.case.triples}
    courses = {fact[2] for fact in asserted if fact[1].endswith("#course>")}
    history = {fact for fact in asserted if courses & {fact[0], fact[2]}}
    alone = concluded(decision, knowledge, set(rested_on(decision)) | history)
    whole = decision.determinations[0]

    assert verdict(alone)[:-1] == verdict(whole)[:-1]
    assert set(verdict(alone)[-1]) >= set(verdict(whole)[-1])


def is_replaceable(fact: tuple[str, str, str], case: Part) -> bool:
    """
    Return True if the law gives the same result without a fact, or if it is stated twice.

    A missing onset is assumed on the day of injury, and a course without a region is counted as one
    for a requested region.
    """
    injury, text = case["injury"], turtle(case)
    value = re.split(r"[/#]", fact[2].strip("<>"))[-1]
    if "#condition>" in fact[1] or "#findingType>" in fact[1] or "#truth>" in fact[1]:
        return text.count(f":{value} ") + text.count(f":{value}\n") > 1
    if fact[1].endswith("#onsetOn>"):
        return bool(injury["onsetOn"] == injury["injuredOn"])
    return fact[1].endswith("#region>") and "#request" not in fact[0]


@given(case=EITHER, place=st.integers(0, 10**6))
def test_the_explaining_facts_are_necessary(case: Part, place: int, knowledge: Knowledge) -> None:
    """Removing a fact that explains a determination changes its text."""
    decision = decided(case, knowledge)
    facts = rested_on(decision)
    fact = sorted(facts)[place % len(facts)]
    assume(not is_replaceable(fact, case))
    lines = "".join(f"{t} .\n" for t in decision.case.triples if encode(t) != fact)
    try:
        found = decide(load_case(lines.encode(), knowledge, form="turtle"), knowledge)
    except CaseError:
        return  # needed, since the case cannot be decided without it
    (less, *_), (before, *_) = found.determinations, decision.determinations

    assert (*verdict(less), words(less)) != (*verdict(before), words(before))


@given(case=MEASURED)
def test_the_outcome_needs_its_deciding_facts(case: Part, knowledge: Knowledge) -> None:
    """The outcome is not reached without the facts that support it."""
    decision = decided(case, knowledge)
    before = decision.determinations[0]
    assume(name(before) in {"MedicallyNecessary", "NecessaryInPart"})
    asserted = {encode(t) for t in decision.case.triples}
    decisive = {f for f in rested_on(decision) if f[1].endswith(("#condition>", "#icd9>"))}
    after = concluded(decision, knowledge, asserted - decisive)

    assert decisive
    assert name(after) == "NotEstablished"


@given(case=EITHER, part=st.sampled_from(["course", "finding", "diagnosis", "record"]))
def test_retracting_and_adding_back_changes_nothing(
    case: Part, part: str, knowledge: Knowledge
) -> None:
    """Removing a fact and adding it back gives the original bytes."""
    assume(case[part])
    first = json.dumps(assessment_data(decided(case, knowledge), knowledge))
    less = {key: value for key, value in case.items() if key != part}
    if part != "diagnosis":
        with suppress(CaseError):  # an authorization may point at the record that is gone
            judged(less, knowledge)
    back = less | {part: case[part]}

    assert turtle(back) != turtle(case) or list(back) == list(case)
    assert json.dumps(assessment_data(decided(back, knowledge), knowledge)) == first
