"""Premises, sources and proposed changes of a determination are correct and consistent."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING, Any, Final

import pyoxigraph as ox
from hypothesis import assume, given

from reasoner import assessment_data, assessment_rdf, assessment_text, describe_assessment
from reasoner.kernel.facts import Facts, encode
from reasoner.knowledge.terms import mn
from tests.generated_cases import (
    EITHER,
    MEASURED,
    Part,
    asking,
    changed,
    decided,
    finding,
    judged,
    moves,
    name,
    notes,
    responding,
    visits_proposed,
    without,
)

if TYPE_CHECKING:
    from reasoner import Knowledge
    from reasoner.determinations.conclude import Determination
    from reasoner.determinations.sentences import Sentence

SUPPORTED: Final = "MedicallyNecessary"


def improved(case: Part) -> Part:
    """Add notes that document improvement, and remove all others."""
    return responding(without(case, "authorization"), "Affirmed") | {"record": [notes("InFile")]}


def excused(case: Part) -> Part:
    """Add documentation of exceptional factors."""
    return changed(case, lambda c: c["finding"].append(finding("ExceptionalFactors", "Affirmed")))


def regions_kept(case: Part, found: Determination) -> Part:
    """Request only the regions that no proposal drops."""
    left_out = {
        s.firing.bindings["region"].value.rsplit("/", 1)[-1]
        for s in found.changes
        if s.rule == "CHG-06"
    }
    return changed(
        case,
        lambda c: c["request"][0].update(
            region=[r for r in c["request"][0]["region"] if r not in left_out]
        ),
    )


def done(case: Part, saying: Sentence, found: Determination) -> Part:
    """Apply a proposed change move by move; without weeks, request no frequency."""
    made = moves(saying)
    case = asking(case, visits_proposed(saying))
    case = improved(case) if "ShowImprovement" in made else case
    case = excused(case) if "ShowExceptionalFactors" in made else case
    return regions_kept(case, found) if "LeaveOutRegions" in made else case


def said(one: Determination) -> list[Sentence]:
    """List all sentences about a request."""
    parts = (one.administrator, one.search, one.reasons, one.missing, one.changes, one.legal)
    return [saying for part in (*parts, one.audit) for saying in part]


@given(case=EITHER)
def test_every_premise_holds(case: Part, knowledge: Knowledge) -> None:
    """Each premise is asserted, in the knowledge base, or concluded in an earlier stratum."""
    decision = decided(case, knowledge)
    known = {encode(t) for t in decision.case.triples} | knowledge.base_facts.all

    for _, firings in groupby(
        decision.derivation.firings, key=lambda f: (f.rule.stratum, 1) if f.rule else (0, 0)
    ):
        concluded = set()
        for firing in firings:
            assert set(firing.rests_on) <= known, firing.name
            concluded |= set(firing.concluded)
        known |= concluded


@given(case=EITHER)
def test_absent_premises_are_absent(case: Part, knowledge: Knowledge) -> None:
    """A fact that a step calls absent is absent."""
    decision = decided(case, knowledge)
    known = Facts(knowledge.base_facts)
    known.add(encode(t) for t in decision.case.triples)

    for _, firings in groupby(
        decision.derivation.firings, key=lambda f: (f.rule.stratum, 1) if f.rule else (0, 0)
    ):
        made = list(firings)
        for firing in made:
            for group in firing.absences:
                s, p, o = (None if term.startswith("?") else term for term in group[0])
                assert p is not None
                assert next(known.find(s, p, o), None) is None, firing.name
        known.add(fact for firing in made for fact in firing.concluded)


@given(case=EITHER)
def test_the_proof_of_a_determination_stands_alone(case: Part, knowledge: Knowledge) -> None:
    """Each premise of a proof is in the case, in the knowledge base, or concluded earlier."""
    decision = decided(case, knowledge)
    known = {encode(t) for t in decision.case.triples} | knowledge.base_facts.all

    for firing in decision.determinations[0].proof:
        assert set(firing.rests_on) <= known, firing.name
        known |= set(firing.concluded)
    for saying in said(decision.determinations[0]):
        assert set(saying.firing.concluded) <= known


@given(case=EITHER)
def test_every_outcome_has_a_reason_with_a_source(case: Part, knowledge: Knowledge) -> None:
    """Each sentence has a basis, and each refusal a citation."""
    found = judged(case, knowledge)

    assert found.reasons
    assert found.robustness
    for saying in said(found):
        assert saying.basis
        assert saying.text
        assert "…" not in saying.text
        assert "?" not in saying.text
    if name(found) in {"NotMedicallyNecessary", "NecessaryInPart"} and found.governing:
        assert any(saying.sources for saying in found.reasons)
    for source in found.sources:
        assert source.citation
        assert source.file


def cited(data: Any) -> set[int]:
    """Collect the numbers of sources anywhere in plain data."""
    if isinstance(data, dict):
        own = {n for n in data.get("sources", ()) if isinstance(n, int)}
        return own.union(*(cited(value) for value in data.values()))
    return set().union(*map(cited, data)) if isinstance(data, list) else set()


@given(case=EITHER)
def test_what_is_cited_is_listed(case: Part, knowledge: Knowledge) -> None:
    """Each citation number has a source, and each source is cited."""
    data: Any = assessment_data(decided(case, knowledge), knowledge)
    one = data["determinations"][0]
    parts = ("administrator", "search", "reasons", "missing", "changes", "legal", "audit")
    numbers = cited({key: value for key, value in one.items() if key != "sources"})
    numbers |= {g[key] for g in one["governing"] for key in ("source", "borrowedFrom") if g[key]}

    assert numbers == {source["number"] for source in one["sources"]}
    for part in parts:
        for saying in one[part]:
            unverified = [not one["sources"][n - 1]["verified"] for n in saying["sources"]]
            assert saying["provisional"] == any(unverified)


@given(case=EITHER)
def test_text_data_and_rdf_say_the_same(case: Part, knowledge: Knowledge) -> None:
    """Text, data and RDF contain the same outcome, numbers and reasons."""
    decision = decided(case, knowledge)
    data: Any = assessment_data(decision, knowledge)
    page = assessment_text(describe_assessment(decision, knowledge), full=True)
    text = " ".join(page.split())
    graph = ox.Store()
    graph.load(assessment_rdf(decision, knowledge, "turtle").encode(), format=ox.RdfFormat.TURTLE)
    literals = {q.object.value for q in graph if isinstance(q.object, ox.Literal)}

    for one, shown in zip(decision.determinations, data["determinations"], strict=True):
        outcomes = graph.quads_for_pattern(ox.NamedNode(one.iri), mn("outcome"), None)
        assert {q.object.value for q in outcomes} == {one.outcome}
        assert shown["outcome"] == name(one)
        assert one.label.lower() in text.lower()
        assert shown["robust"] == one.robust
        for saying, as_data in zip(one.reasons, shown["reasons"], strict=True):
            assert saying.text == as_data["text"]
            assert saying.text in text
            assert saying.text in literals


@given(case=EITHER)
def test_a_proposed_change_has_the_promised_result(case: Part, knowledge: Knowledge) -> None:
    """A proposed change leads to the promised outcome when it is made."""
    case = without(case, "authorization") | {"record": case["record"][:1]}
    found = judged(case, knowledge)

    for saying in found.changes:
        if saying.rule == "CHG-01":
            after = name(judged(done(case, saying, found), knowledge))
            assert after in {SUPPORTED, *_still_open(found, moves(saying))}, saying.text


def _still_open(found: Determination, made: frozenset[str]) -> set[str]:
    """Return the outcomes a change may have while a region, count or phase is open."""
    fired = {s.rule for s in (*found.changes, *found.missing)}
    if "CHG-06" in fired and "LeaveOutRegions" not in made:
        return {"NecessaryInPart", "NotEstablished"}
    return (
        {"NotEstablished"} if found.visits.prior_open or fired & {"TURN-03", "TURN-04"} else set()
    )


@given(case=MEASURED)
def test_a_promised_number_is_the_largest(case: Part, knowledge: Knowledge) -> None:
    """The proposed number of visits is the largest that is supported."""
    found = judged(case, knowledge)
    asked = [
        visits_proposed(s)
        for s in found.changes
        if s.rule == "CHG-01" and not moves(s) and visits_proposed(s) != found.visits.requested
    ]
    assume(asked)

    assert name(judged(asking(case, asked[0] + 1), knowledge)) != SUPPORTED


@given(case=EITHER)
def test_a_necessary_request_has_no_proposals(case: Part, knowledge: Knowledge) -> None:
    """No change is proposed for a request that is supported as made, except to state its count."""
    found = judged(case, knowledge)
    assume(name(found) == SUPPORTED)

    assert {s.rule for s in found.changes} <= {"CHG-07"}
    assert found.robust


@given(case=EITHER)
def test_reasons_do_not_contradict_each_other(case: Part, knowledge: Knowledge) -> None:
    """The reasons of a determination do not contradict each other."""
    found = judged(case, knowledge)
    fired = {s.rule for s in found.reasons}

    for one, other in (("EXC-04", "EXC-05"), ("FI-10", "FI-11")):
        assert not {one, other} <= fired
    if len(found.governing) == 1:
        assert not {"LIM-02", "LIM-08"} <= fired
        assert not {"LIM-13", "LIM-02"} <= fired
