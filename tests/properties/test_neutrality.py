"""Earlier decisions, reviewers' words and unaccepted rebuttals do not affect an outcome."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hypothesis import assume, given
from hypothesis import strategies as st

from reasoner.kernel.terms import name_of
from reasoner.knowledge.terms import mn
from tests.generated_cases import (
    CASE,
    EITHER,
    MEASURED,
    Part,
    asking,
    changed,
    decided,
    finding,
    given_before,
    judged,
    name,
    without,
)

if TYPE_CHECKING:
    from reasoner import Knowledge

REVIEWERS = ("UrReviewer", "ImrReviewer")
READ = ("FunctionalImprovement", "ExceptionalFactors")


@given(case=EITHER, outcome=st.sampled_from(["Approved", "Modified", "Denied"]))
def test_what_utilization_review_decided_does_not_matter(
    case: Part, outcome: str, knowledge: Knowledge
) -> None:
    """Only the date of the utilization review decision matters, not its outcome or citations."""
    assume("urDecision" in case)
    other = changed(case, lambda c: c["urDecision"].update(decisionOutcome=outcome))
    other["urDecision"].pop("cites", None)

    before, after = judged(case, knowledge), judged(other, knowledge)

    assert (after.outcome, after.robust, after.visits) == (
        before.outcome,
        before.robust,
        before.visits,
    )
    assert [s.text for s in after.reasons] == [s.text for s in before.reasons]


@given(case=EITHER)
def test_what_medical_review_decided_does_not_matter(case: Part, knowledge: Knowledge) -> None:
    """The audited letter is compared with the determination and does not affect it."""
    before, after = judged(case, knowledge), judged(without(case, "imrDecision"), knowledge)

    assert (after.outcome, after.robust, after.visits) == (
        before.outcome,
        before.robust,
        before.visits,
    )
    assert [s.text for s in after.reasons] == [s.text for s in before.reasons]


@given(case=EITHER)
def test_without_an_earlier_letter_there_is_nothing_to_audit(
    case: Part, knowledge: Knowledge
) -> None:
    """A case without a letter has an empty audit."""
    assert not judged(without(case, "imrDecision"), knowledge).audit


@given(
    case=EITHER,
    kind=st.sampled_from(READ),
    truth=st.sampled_from(["Affirmed", "Negated"]),
    who=st.sampled_from(REVIEWERS),
)
def test_the_word_of_a_reviewer_is_not_a_record(
    case: Part, kind: str, truth: str, who: str, knowledge: Knowledge
) -> None:
    """Only treating providers document response and exceptional factors."""
    more = changed(case, lambda c: c["finding"].append(finding(kind, truth, who)))

    before, after = judged(case, knowledge), judged(more, knowledge)

    assert (after.outcome, after.robust, after.visits) == (
        before.outcome,
        before.robust,
        before.visits,
    )


@given(case=EITHER, who=st.sampled_from(["TreatingPhysician", "Therapist"]))
def test_the_word_of_those_who_treat_is_a_record(
    case: Part, who: str, knowledge: Knowledge
) -> None:
    """All treating providers document response and exceptional factors equally."""
    kept = [f for f in case["finding"] if f["findingType"] not in READ]
    altered = case | {"finding": [*kept, *(finding(kind, "Affirmed", who) for kind in READ)]}
    decision = decided(altered, knowledge)
    request = decision.determinations[0].request

    assert [v.value for v in decision.derivation.values(request, "exceptional")] == ["true"]
    assert decision.derivation.value(request, "response") == mn("Improved").value


@given(case=EITHER, edition=st.sampled_from(["mtus-chronic-pain-2009", "mtus-chronic-pain-2016"]))
def test_a_rebuttal_that_was_not_accepted_rebuts_nothing(
    case: Part, edition: str, knowledge: Knowledge
) -> None:
    """A challenge that was not accepted does not rebut the presumption."""
    challenge = {"challenges": edition, "cites": {"citedAs": "a trial"}, "accepted": False}

    before = judged(without(case, "rebuttal"), knowledge)
    after = judged(case | {"rebuttal": challenge}, knowledge)

    assert (after.outcome, after.robust, after.visits) == (
        before.outcome,
        before.robust,
        before.visits,
    )
    assert [g.source.iri for g in after.governing] == [g.source.iri for g in before.governing]


@given(case=EITHER, visits=st.integers(1, 30))
def test_an_authorization_lifts_the_cap_and_nothing_else(
    case: Part, visits: int, knowledge: Knowledge
) -> None:
    """The cap is a legal question, separate from medical necessity."""
    letter = {"recordType": "AuthorizationLetter", "availability": "InFile", "id": f"{CASE}#l"}
    plain = without(case, "authorization")
    plain["record"] = [r for r in case["record"] if r["recordType"] != "AuthorizationLetter"]
    lifted = plain | {
        "record": [*plain["record"], letter],
        "authorization": {
            "treatment": case["request"][0]["treatment"],
            "authorizedVisits": visits,
            "recordedIn": {"id": letter["id"]},
        },
    }

    before, after = judged(plain, knowledge), judged(lifted, knowledge)

    assert (after.outcome, after.robust, after.visits) == (
        before.outcome,
        before.robust,
        before.visits,
    )
    assert [s.text for s in after.reasons] == [s.text for s in before.reasons]
    assert "CAP-12" not in {s.rule for s in after.legal}


@given(case=EITHER)
def test_a_letter_that_agrees_is_not_reported_as_different(
    case: Part, knowledge: Knowledge
) -> None:
    """
    The audit reports a difference only if the outcomes of the request as made differ.

    The usual letter has no partial outcome: it upholds or overturns each request as made. If it
    upholds the denial of a partly necessary request, it does not differ (`mn:expressesWhole`). A
    letter with partial outcomes agrees by stating one (`mn:expresses`). The determination and other
    findings report the supported part. A letter neither agrees with nor differs from a request that
    is not decided.
    """
    assume("imrDecision" in case)
    decision = decided(case, knowledge)
    found = decision.determinations[0]
    agreeing = {
        name_of(t.subject).rsplit("#", 1)[-1]
        for t in knowledge.facts
        if t.predicate in {mn("expresses"), mn("expressesWhole")}
        and name_of(t.object) == found.outcome
    }
    agrees = case["imrDecision"]["decisionOutcome"] in agreeing

    differs = not agrees and name(found) != "NotDecided"
    assert ("AUD-09" in {s.rule for s in found.audit}) == differs
    agreements = [f for f in decision.derivation.firings if f.name == "AGR-01"]
    assert any(f.bindings["request"].value == found.request for f in agreements) == agrees


@given(case=MEASURED, decided_as=st.sampled_from(["Upheld", "PartiallyOverturned", "Overturned"]))
def test_in_part_is_neither_wholly_upheld_nor_overturned(
    case: Part, decided_as: str, knowledge: Knowledge
) -> None:
    """For a partly necessary request, only a letter that grants everything differs."""
    limit = judged(given_before(case, 0), knowledge).visits.limit
    assume(limit is not None)
    asked = asking(given_before(case, 0), (limit or 0) + 1)
    reviewed = asked | {"imrDecision": {"decisionOutcome": decided_as, "basis": "OtherBasis"}}
    found = judged(reviewed, knowledge)
    assume(name(found) == "NecessaryInPart")

    differs = "AUD-09" in {s.rule for s in found.audit}
    assert differs == (decided_as == "Overturned")
