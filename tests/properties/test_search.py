"""How the governing recommendation is found: rank before specificity."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hypothesis import given

from reasoner.kernel.terms import RDFS
from reasoner.knowledge.terms import mn
from tests.generated_cases import EITHER, Part, decided, judged

if TYPE_CHECKING:
    from reasoner import Knowledge

SCHEDULE = mn("ScheduleTier").value


def test_a_narrower_population_lies_within_the_wider(knowledge: Knowledge) -> None:
    """The order of populations follows the subsumption of their classes."""
    described = knowledge.described
    narrower = {
        (iri, wide.value)
        for (iri, predicate), wides in described.items()
        if predicate == mn("narrowerThan").value
        for wide in wides
    }
    below = {
        (iri, above.value)
        for (iri, predicate), classes in described.items()
        if predicate == RDFS + "subClassOf"
        for above in classes
    }

    assert narrower
    assert narrower <= below
    assert not {(wide, narrow) for narrow, wide in narrower} & below


@given(case=EITHER)
def test_what_governs_is_of_one_rank(case: Part, knowledge: Knowledge) -> None:
    """Recommendations of different ranks never govern one situation together."""
    decision = decided(case, knowledge)

    for subject in {f[0] for f in decision.derivation.facts.all if f[1].endswith("#governedBy>")}:
        rows = [v.value for v in decision.derivation.values(subject[1:-1], "governedBy")]
        editions = {knowledge.value(row, mn("statedIn")) or "" for row in rows}
        assert len({knowledge.value(edition, mn("tier")) for edition in editions}) == 1


@given(case=EITHER)
def test_of_two_that_govern_neither_contains_the_other(case: Part, knowledge: Knowledge) -> None:
    """Within one rank, only the narrower of two nested populations governs."""
    decision = decided(case, knowledge)

    for subject in {f[0] for f in decision.derivation.facts.all if f[1].endswith("#governedBy>")}:
        rows = [v.value for v in decision.derivation.values(subject[1:-1], "governedBy")]
        populations = {knowledge.value(row, mn("population")) or "" for row in rows}
        for one in populations:
            wider = knowledge.described.get((one, mn("narrowerThan").value), ())
            assert not populations & {w.value for w in wider}


@given(case=EITHER)
def test_a_lower_source_governs_only_where_the_schedule_does_not_speak(
    case: Part, knowledge: Knowledge
) -> None:
    """A source passed over for its rank is reported and does not govern."""
    found = judged(case, knowledge)
    fired = {s.rule for s in found.search}
    tiers = {
        knowledge.value(knowledge.value(g.source.iri, mn("statedIn")) or "", mn("tier"))
        for g in found.governing
    }

    if tiers == {SCHEDULE} and not found.visits.prior_open:
        assert "SRCH-02" not in fired or case["rebuttal"]["accepted"]
    if tiers and SCHEDULE not in tiers:
        assert fired & {"SRCH-02", "SRCH-08"}
