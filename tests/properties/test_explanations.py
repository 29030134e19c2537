"""What a determination says of itself: premises that hold, sources, promises, and one answer."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING, Any, Final

import pyoxigraph as ox
from hypothesis import assume, given

from reasoner import assessment_data, assessment_rdf, assessment_text, describe_assessment
from reasoner.kernel.facts import Facts, encode
from reasoner.kernel.terms import mn
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
    from reasoner.determinations.sentences import Saying

SUPPORTED: Final = "MedicallyNecessary"


def improved(case: Part) -> Part:
    """Do what a requester does who supplies notes that document improvement, and no others."""
    return responding(without(case, "authorization"), "Affirmed") | {"record": [notes("InFile")]}


def excused(case: Part) -> Part:
    """Do what a requester does who documents exceptional factors."""
    return changed(case, lambda c: c["finding"].append(finding("ExceptionalFactors", "Affirmed")))


def regions_kept(case: Part, found: Determination) -> Part:
    """Ask for the regions that no proposal says to leave out."""
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


def done(case: Part, saying: Saying, found: Determination) -> Part:
    """Do what a proposed change says, move by move; without weeks no frequency is asked for."""
    made = moves(saying)
    case = asking(case, visits_proposed(saying))
    case = improved(case) if "ShowImprovement" in made else case
    case = excused(case) if "ShowExceptionalFactors" in made else case
    return regions_kept(case, found) if "LeaveOutRegions" in made else case


def said(one: Determination) -> list[Saying]:
    """List all that is told of a request."""
    parts = (one.administrator, one.search, one.reasons, one.missing, one.changes, one.legal)
    return [saying for part in (*parts, one.audit) for saying in part]


@given(case=EITHER)
def test_every_premise_holds(case: Part, knowledge: Knowledge) -> None:
    """Each premise of each step was told, is knowledge, or was concluded by a stratum before."""
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
def test_what_is_called_absent_is_absent(case: Part, knowledge: Knowledge) -> None:
    """A step that rests on the absence of a fact was made when no such fact was there."""
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
    """What a proof rests on is in the case, in the knowledge, or concluded earlier in the proof."""
    decision = decided(case, knowledge)
    known = {encode(t) for t in decision.case.triples} | knowledge.base_facts.all

    for firing in decision.determinations[0].proof:
        assert set(firing.rests_on) <= known, firing.name
        known |= set(firing.concluded)
    for saying in said(decision.determinations[0]):
        assert set(saying.firing.concluded) <= known


@given(case=EITHER)
def test_every_outcome_has_a_reason_with_a_source(case: Part, knowledge: Knowledge) -> None:
    """Nothing is told that has no basis, and no visit is refused without a citation."""
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
    """Each number behind a sentence leads to a source; each source is led to by something."""
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
    """Three renderings of one derivation: outcome, numbers and every reason."""
    decision = decided(case, knowledge)
    data: Any = assessment_data(decision, knowledge)
    text = " ".join(assessment_text(describe_assessment(decision, knowledge)).split())
    graph = ox.Store()
    graph.load(assessment_rdf(decision, knowledge, "turtle").encode(), format=ox.RdfFormat.TURTLE)
    literals = {q.object.value for q in graph if isinstance(q.object, ox.Literal)}

    for one, shown in zip(decision.determinations, data["determinations"], strict=True):
        outcomes = graph.quads_for_pattern(ox.NamedNode(one.iri), mn("outcome"), None)
        assert {q.object.value for q in outcomes} == {one.outcome}
        assert shown["outcome"] == name(one)
        assert one.label.upper() in text
        assert shown["robust"] == one.robust
        for saying, as_data in zip(one.reasons, shown["reasons"], strict=True):
            assert saying.text == as_data["text"]
            assert saying.text in text
            assert saying.text in literals


@given(case=EITHER)
def test_a_promised_change_comes_true(case: Part, knowledge: Knowledge) -> None:
    """What is said to lead to a better outcome does so when it is done and decided again."""
    case = without(case, "authorization") | {"record": case["record"][:1]}
    found = judged(case, knowledge)

    for saying in found.changes:
        if saying.rule == "CHG-01":
            after = name(judged(done(case, saying, found), knowledge))
            assert after in {SUPPORTED, *_still_open(found, moves(saying))}, saying.text


def _still_open(found: Determination, made: frozenset[str]) -> set[str]:
    """Name what a change may lead to while a region, a count or a phase stays open beside it."""
    fired = {s.rule for s in (*found.changes, *found.missing)}
    if "CHG-06" in fired and "LeaveOutRegions" not in made:
        return {"NecessaryInPart", "NotEstablished"}
    return (
        {"NotEstablished"} if found.visits.prior_open or fired & {"TURN-03", "TURN-04"} else set()
    )


@given(case=MEASURED)
def test_a_promised_number_is_the_largest(case: Part, knowledge: Knowledge) -> None:
    """Of the visits that could be asked for instead, one more would not be supported."""
    found = judged(case, knowledge)
    asked = [
        visits_proposed(s)
        for s in found.changes
        if s.rule == "CHG-01" and not moves(s) and visits_proposed(s) != found.visits.requested
    ]
    assume(asked)

    assert name(judged(asking(case, asked[0] + 1), knowledge)) != SUPPORTED


@given(case=EITHER)
def test_what_is_necessary_needs_no_change(case: Part, knowledge: Knowledge) -> None:
    """No change is proposed to a request that is supported as made, but to complete its count."""
    found = judged(case, knowledge)
    assume(name(found) == SUPPORTED)

    assert {s.rule for s in found.changes} <= {"CHG-07"}
    assert found.robust


@given(case=EITHER)
def test_reasons_do_not_contradict_each_other(case: Part, knowledge: Knowledge) -> None:
    """No two reasons of one determination say the opposite of each other."""
    found = judged(case, knowledge)
    fired = {s.rule for s in found.reasons}

    for one, other in (("EXC-04", "EXC-05"), ("FI-10", "FI-11")):
        assert not {one, other} <= fired
    if len(found.governing) == 1:
        assert not {"LIM-02", "LIM-08"} <= fired
        assert not {"LIM-13", "LIM-02"} <= fired
