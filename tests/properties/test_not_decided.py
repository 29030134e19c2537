"""What no text held here decides: no answer is given, and what would decide it is named."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Final

from hypothesis import given
from hypothesis import strategies as st

from reasoner.determinations.as_data import describe_assessment
from reasoner.determinations.recommend import recommend
from reasoner.kernel.terms import TYPE
from reasoner.knowledge.terms import mn
from tests.generated_cases import CASES, EITHER, Part, decided, name

if TYPE_CHECKING:
    from reasoner import Knowledge

REPLACED: Final = date(2017, 12, 1)
"""The first day on which the chapters are those of editions that are held by name only."""
CARE: Final = ("PhysicalTherapy", "OccupationalTherapy", "ManualTherapy", "Massage", "Traction")


@given(case=CASES)
def test_a_request_is_decided_or_what_would_decide_it_is_named(
    case: Part, knowledge: Knowledge
) -> None:
    """Disposition, robustness, visits and changes are there together, or none of them is."""
    found = decided(case, knowledge)

    for one in describe_assessment(found, knowledge, proof=False).determinations:
        answers = (bool(one.dispositions), bool(one.recommended), one.robust is not None)
        assert set(answers) == {one.outcome != "NotDecided"}
        assert (one.visits.supported is None) == (one.outcome == "NotDecided")
        assert bool(one.would_decide) == (one.outcome == "NotDecided")
        if one.outcome == "NotDecided":
            assert not one.adverse
            assert (one.visits.limit, one.visits.trial, one.visits.remaining) == (None, None, None)
            assert (list(one.changes), list(one.margin)) == ([], [])
            assert one.reasons
            said = [one.meaning, one.robustness, *(s.text for s in one.reasons)]
            assert not any("burden" in text for text in said)


@given(case=EITHER)
def test_the_short_way_leaves_the_same_requests_undecided(case: Part, knowledge: Knowledge) -> None:
    """A recommendation without reasons has no visits where the determination has none."""
    found = decided(case, knowledge)
    ((*short,),) = recommend((found.case,), knowledge)

    assert [(r.outcome, r.robust, r.supported, r.limit) for r in short] == [
        (d.outcome, d.robust, d.visits.supported, d.visits.limit) for d in found.determinations
    ]


@given(
    day=st.integers(0, 2000),
    treatment=st.sampled_from(CARE),
    visits=st.integers(1, 40),
    region=st.sampled_from(("Shoulder", "Knee", "Elbow", "LumbarSpine", "CervicalSpine")),
)
def test_nothing_is_decided_by_the_name_of_an_edition(
    day: int, treatment: str, visits: int, region: str, knowledge: Knowledge
) -> None:
    """From the day of the editions held by name only, no number of visits is allowed or refused."""
    requested = REPLACED + timedelta(day)
    conditions = {
        "Shoulder": "ShoulderSprain",
        "Knee": "KneeSprain",
        "Elbow": "LateralEpicondylitis",
        "LumbarSpine": "LumbarStrain",
        "CervicalSpine": "NeckPain",
    }
    case: Part = {
        "id": "https://w3id.org/mednec/case/by-name",
        "injury": {"injuredOn": requested - timedelta(20), "onsetOn": requested - timedelta(20)},
        "diagnosis": [{"condition": conditions[region], "diagnosisStatus": "Current"}],
        "course": [{"treatment": treatment, "attendedVisits": 0, "countCertainty": "Exact"}],
        "request": [
            {
                "treatment": treatment,
                "region": region,
                "requestedVisits": visits,
                "requestedOn": requested,
            }
        ],
    }
    found = decided(case, knowledge).determinations[0]

    assert name(found) == "NotDecided"
    assert {s.rule for s in found.would_decide} >= {"DEC-01", "DEC-02"}


def test_no_disposition_expresses_that_nothing_is_decided(knowledge: Knowledge) -> None:
    """The outcome is neither adverse nor favorable, and better or worse than no other."""
    outcome = mn("NotDecided")
    about = [t for t in knowledge.facts if outcome in {t.subject, t.object}]

    assert any(t.predicate == TYPE and t.object == mn("Outcome") for t in about)
    for name_ in ("expresses", "expressesWhole", "betterThan", "adverse", "noticeFor"):
        assert not [t for t in about if t.predicate == mn(name_)]
