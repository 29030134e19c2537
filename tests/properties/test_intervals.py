"""Laws of contradicting counts and of the changes proposed for them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hypothesis import assume, given
from hypothesis import strategies as st

from reasoner import decide, load_case
from tests.strategies import RESPONSES, Story, judge, outcome

if TYPE_CHECKING:
    from reasoner import Knowledge
    from reasoner.determinations.conclude import Determination

STORIES = st.builds(
    Story,
    prior=st.integers(0, 14),
    asked=st.integers(1, 14),
    response=st.sampled_from(RESPONSES),
    exceptional=st.booleans(),
    notes_missing=st.booleans(),
)


def contradicted(story: Story, many: int, knowledge: Knowledge) -> Determination:
    """Decide a story in which a second record states another count of the same course."""
    text = story.turtle().replace(
        f"mn:attendedVisits {story.prior} ;", f"mn:attendedVisits {story.prior} , {many} ;"
    )
    case = load_case(text.encode(), knowledge, form="turtle")
    return decide(case, knowledge).determinations[0]


@given(story=STORIES, more=st.integers(1, 9), where=st.integers(0, 9))
def test_a_robust_outcome_under_two_counts_holds_between_them(
    story: Story, more: int, where: int, knowledge: Knowledge
) -> None:
    """A robust outcome holds for every count between the two."""
    low = story.prior or 0
    found = contradicted(story, low + more, knowledge)
    assume(found.robust)

    between = outcome(story.but(prior=low + min(where, more)), knowledge)

    supported = found.outcome.endswith("#MedicallyNecessary")
    assert (between == "MedicallyNecessary") == supported


@given(story=STORIES, more=st.integers(1, 9))
def test_an_open_outcome_under_two_counts_differs_between_them(
    story: Story, more: int, knowledge: Knowledge
) -> None:
    """An outcome is not robust only if a count of the interval or another open fact changes it."""
    low = story.prior or 0
    found = contradicted(story, low + more, knowledge)
    assume(not found.robust)

    known = [judge(story.but(prior=low + n), knowledge) for n in range(more + 1)]

    assert len({(one.outcome, one.visits.supported) for one in known}) > 1 or not all(
        one.robust for one in known
    )


@given(story=STORIES, more=st.integers(1, 9))
def test_stating_the_proposed_count_has_the_promised_result(
    story: Story, more: int, knowledge: Knowledge
) -> None:
    """Stating the proposed count leads to the promised outcome."""
    found = contradicted(story, (story.prior or 0) + more, knowledge)

    for saying in found.changes:
        if saying.rule == "CHG-17":
            prior = int(saying.firing.bindings["prior"].value)
            promised = saying.firing.bindings["better"].value.rsplit("#", 1)[-1]
            assert outcome(story.but(prior=prior), knowledge) == promised
