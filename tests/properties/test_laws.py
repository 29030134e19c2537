"""Laws of every determination, tested on generated stories."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

import pyoxigraph as ox
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from reasoner import (
    assessment_data,
    assessment_rdf,
    assessment_text,
    decide,
    describe_assessment,
    load_case,
)
from reasoner.kernel.engine import derive
from reasoner.kernel.facts import encode
from reasoner.knowledge.terms import mn
from tests.generated_cases import moves, visits_proposed
from tests.strategies import OPEN_STORIES, STORIES, Story, judge, outcome

if TYPE_CHECKING:
    from reasoner import Knowledge

FAVOUR = ("NotMedicallyNecessary", "NotEstablished", "NecessaryInPart", "MedicallyNecessary")
LIMIT = 10


@given(story=STORIES, extra=st.integers(1, 20))
def test_asking_for_more_never_turns_refusal_into_support(
    story: Story, extra: int, knowledge: Knowledge
) -> None:
    """A request that is not supported as made is not supported with more visits."""
    assume(outcome(story, knowledge) != "MedicallyNecessary")

    assert outcome(story.but(asked=story.asked + extra), knowledge) != "MedicallyNecessary"


@given(story=STORIES, extra=st.integers(1, 20))
def test_more_earlier_visits_never_help(story: Story, extra: int, knowledge: Knowledge) -> None:
    """More earlier visits never lead to a better outcome."""
    assume(story.prior)

    before, after = judge(story, knowledge), judge(story.but(prior=story.prior + extra), knowledge)

    assert after.visits.most <= before.visits.most


@given(story=STORIES)
def test_documented_improvement_never_harms(story: Story, knowledge: Knowledge) -> None:
    """Documenting improvement never leads to a worse outcome."""
    plain, better = story.but(response=""), story.but(response="Affirmed")

    assert judge(better, knowledge).visits.most >= judge(plain, knowledge).visits.least
    if outcome(plain, knowledge) == "MedicallyNecessary":
        assert outcome(better, knowledge) == "MedicallyNecessary"


@given(story=STORIES)
def test_support_never_goes_beyond_the_written_limit_unless_excused(
    story: Story, knowledge: Knowledge
) -> None:
    """Supported visits never exceed the figure of the guideline row, read without the rules."""
    assume(not story.exceptional)

    found = judge(story, knowledge)

    assert found.visits.most + (story.prior or 0) <= max(LIMIT, story.prior or 0)
    if outcome(story, knowledge) == "MedicallyNecessary":
        assert (story.prior or 0) + story.asked <= LIMIT


@pytest.mark.parametrize(
    ("prior", "asked", "expected"),
    [
        (0, LIMIT, "MedicallyNecessary"),
        (0, LIMIT + 1, "NecessaryInPart"),
        (LIMIT - 1, 1, "MedicallyNecessary"),
        (LIMIT - 1, 2, "NecessaryInPart"),
        (LIMIT, 1, "NotMedicallyNecessary"),
    ],
)
def test_the_limit_holds_at_its_edge(
    prior: int, asked: int, expected: str, knowledge: Knowledge
) -> None:
    """The limit is supported, and one more visit is not."""
    story = Story(prior=prior, asked=asked, response="Affirmed")

    assert outcome(story, knowledge) == expected


@given(story=OPEN_STORIES, prior=st.integers(0, 40))
def test_a_robust_outcome_holds_for_every_count(
    story: Story, prior: int, knowledge: Knowledge
) -> None:
    """What a count supports is within the range, and a robust outcome holds for every count."""
    found, known = judge(story, knowledge), judge(story.but(prior=prior), knowledge)

    assert found.visits.least <= known.visits.least <= known.visits.most <= found.visits.most
    if found.robust:
        assert known.outcome == found.outcome


@given(story=OPEN_STORIES)
def test_an_answer_that_is_not_robust_names_a_fact_that_decides(
    story: Story, knowledge: Knowledge
) -> None:
    """An unknown count is not zero, and the determination lists what could change the outcome."""
    found = judge(story, knowledge)
    assume(not found.robust)

    known = [judge(story.but(prior=n), knowledge) for n in range(LIMIT + 2)]
    assert "turns on" in found.robustness
    assert len({(one.outcome, one.visits.supported) for one in known}) > 1 or not all(
        one.robust for one in known
    )


@given(story=STORIES)
def test_a_proposed_change_has_the_promised_result(story: Story, knowledge: Knowledge) -> None:
    """A proposed change leads to the promised outcome."""
    found = judge(story, knowledge)

    for saying in found.changes:
        if saying.rule == "CHG-01":
            made = moves(saying)
            done = story.but(asked=visits_proposed(saying))
            if "ShowImprovement" in made:
                done = done.but(response="Affirmed", notes_missing=False)
            if "ShowExceptionalFactors" in made:
                done = done.but(exceptional=True)
            assert outcome(done, knowledge) == "MedicallyNecessary", saying.text


@given(story=STORIES, seed=st.integers(0, 2**16))
def test_the_order_and_names_of_facts_do_not_matter(
    story: Story, seed: int, knowledge: Knowledge
) -> None:
    """The order of triples and the names of parts do not affect the decision."""
    case = load_case(story.turtle().encode(), knowledge, form="turtle")
    lines = [f"{t} ." for t in case.triples]
    random.Random(seed).shuffle(lines)  # noqa: S311 - an order, not a secret
    other = load_case("\n".join(lines).encode(), knowledge, form="turtle")

    assert other.digest == case.digest
    assert (
        assessment_data(decide(other, knowledge), knowledge)["determinations"]
        == assessment_data(decide(case, knowledge), knowledge)["determinations"]
    )


@given(story=STORIES)
def test_every_reason_rests_on_facts_that_hold(story: Story, knowledge: Knowledge) -> None:
    """Each premise is asserted, in the knowledge base, or concluded by an earlier step."""
    case = load_case(story.turtle().encode(), knowledge, form="turtle")
    found = decide(case, knowledge)
    known = {encode(t) for t in case.triples} | knowledge.base_facts.all

    for firing in found.determinations[0].proof:
        assert set(firing.rests_on) <= known
        known |= set(firing.concluded)


@given(story=STORIES)
def test_every_outcome_has_a_reason_and_every_reason_a_basis(
    story: Story, knowledge: Knowledge
) -> None:
    """Each sentence of the page has a source."""
    found = judge(story, knowledge)

    assert found.reasons
    for part in (found.reasons, found.missing, found.changes, found.legal, found.search):
        assert all(saying.basis and saying.text and "…" not in saying.text for saying in part)


@given(story=st.one_of(STORIES, OPEN_STORIES))
def test_every_scenario_has_exactly_one_outcome(story: Story, knowledge: Knowledge) -> None:
    """The outcome rules give each scenario exactly one outcome."""
    case = load_case(story.turtle().encode(), knowledge, form="turtle")
    found = derive(knowledge, case.triples)
    (request,) = case.requests
    scenarios = [
        name
        for name in found.subjects("ofRequest", ox.NamedNode(request))
        if mn("Scenario") in found.types(name)
    ]

    assert scenarios
    assert all(len(found.values(name, "scenarioOutcome")) == 1 for name in scenarios)
    assert len(found.values(request, "outcome")) == 1


@given(story=STORIES)
def test_text_data_and_rdf_state_one_outcome(story: Story, knowledge: Knowledge) -> None:
    """Text, data and RDF state the same outcome."""
    case = load_case(story.turtle().encode(), knowledge, form="turtle")
    found = decide(case, knowledge)

    name = found.determinations[0].outcome
    assert found.determinations[0].label.lower() in assessment_text(
        describe_assessment(found, knowledge)
    )
    assert f"mn:outcome mn:{name.rsplit('#', 1)[-1]}" in assessment_rdf(found, knowledge, "turtle")


@given(prior=st.integers(1, LIMIT - 1), asked=st.integers(1, LIMIT))
def test_a_missing_record_is_not_a_negative_one(
    prior: int, asked: int, knowledge: Knowledge
) -> None:
    """Missing notes never have the effect of notes that deny improvement."""
    story = Story(prior=prior, asked=min(asked, LIMIT - prior))

    missing = outcome(story.but(notes_missing=True), knowledge)
    negative = outcome(story.but(response="Negated"), knowledge)

    assert (missing, negative) == ("NotEstablished", "NotMedicallyNecessary")


@pytest.mark.parametrize(
    ("day", "edition"), [("2016-07-28", "2009"), ("2016-07-29", "2016"), ("2017-11-30", "2016")]
)
def test_an_edition_begins_on_its_day(day: str, edition: str, knowledge: Knowledge) -> None:
    """The older edition governs the day before, the newer the day itself."""
    text = Story(requested_on=day).turtle()
    text = text.replace("2013-08-07", "2015-08-07").replace(
        'mn:injuredOn "2015-08-07"^^xsd:date',
        'mn:injuredOn "2015-08-07"^^xsd:date ; mn:onsetOn "2015-08-07"^^xsd:date',
    )
    found = decide(load_case(text.encode(), knowledge, form="turtle"), knowledge)

    (governing,) = found.determinations[0].governing
    assert f"chronic-pain-{edition}/" in governing.source.iri


def test_the_order_of_outcomes_is_known(knowledge: Knowledge) -> None:
    """These laws compare all outcomes of the vocabulary."""
    names = {iri.rsplit("#", 1)[-1] for iri in knowledge.vocabulary.individuals}

    assert set(FAVOUR) <= names
