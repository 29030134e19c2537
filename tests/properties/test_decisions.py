"""Laws of judgment and decision, for all fixtures and generated cases."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hypothesis import given
from hypothesis import strategies as st

from reasoner import (
    Physician,
    Ruling,
    assessment_data,
    decide,
    errors,
    load_case,
    load_case_file,
    sign,
    write_letter,
)
from reasoner.determinations.readings import supported_of
from reasoner.determinations.selection import unseen_sources
from reasoner.determinations.slots import suppose
from reasoner.kernel.engine import derive
from reasoner.knowledge.terms import mn
from reasoner.records.documents import parse_document
from tests.strategies import RESPONSES, Story

if TYPE_CHECKING:
    from reasoner import Knowledge
    from reasoner.determinations.data import Json

CASES = sorted((Path(__file__).parents[2] / "fixtures" / "cases").glob("*/case.ttl"))
OUTCOMES = ("MedicallyNecessary", "NecessaryInPart", "NotMedicallyNecessary", "NotEstablished")
NAMES = st.one_of(st.just("Ana Reyes, MD"), st.just(""), st.text(max_size=12))
TRUTH = mn("supposesTruth")


@cache
def determination_of(path: Path, knowledge: Knowledge) -> dict[str, Any]:
    return assessment_data(decide(load_case_file(path, knowledge), knowledge), knowledge)


def within(decision: dict[str, Any], determination: Json) -> bool:
    """Return True if a decision is what is recommended, or a number in the interval supported."""
    data: Any = determination
    on = next(d for d in data["determinations"] if d["id"] == decision["on"])
    span = on["visits"]["supported"]
    inside = span and span["least"] <= decision["visits"] <= span["most"]
    return bool(inside) or decision["outcome"] == on["outcome"]


def to_confirm(determination: Json) -> tuple[str, ...]:
    """List the sources of all items that a signer may have to confirm."""
    items = parse_document(determination, "it").recommendation.determinations
    return tuple(
        d.sources[n - 1].iri for d in items for n in unseen_sources(d, d.outcome, d.rejects)
    )


@given(
    path=st.sampled_from(CASES),
    physician=st.builds(Physician, name=NAMES, licence=NAMES, specialty=NAMES),
    decision=st.sampled_from(["accept", "override", "deny", ""]),
    outcome=st.sampled_from([None, *OUTCOMES, "Denied"]),
    visits=st.one_of(st.none(), st.integers(min_value=-1, max_value=30)),
    reason=st.sampled_from(["", "  ", "The examination of the worker."]),
    day=st.sampled_from(["2026-01-02", "1999-01-01", "", "2026-13-01"]),
)
def test_no_adverse_decision_without_a_named_physician(  # noqa: PLR0913 - one for each input
    *,
    path: Path,
    physician: Physician,
    decision: str,
    outcome: str | None,
    visits: int | None,
    reason: str,
    day: str,
    knowledge: Knowledge,
) -> None:
    """Every adverse decision names the physician who made it."""
    determination = determination_of(path, knowledge)
    ruling = Ruling(
        decision=decision,
        decided_on=day,
        outcome=outcome,
        visits=visits,
        reason=reason,
        confirmed=to_confirm(determination),
    )
    try:
        signed: dict[str, Any] = sign(determination, knowledge, physician, ruling)
    except errors.DecisionRefused:
        return
    for one in signed["decisions"]:
        assert all(one["physician"][key].strip() for key in ("name", "licence", "specialty"))
        assert one["decidedOn"] == day
        assert one["decision"] == "accept" or one["reason"].strip()
        assert one["decision"] == "override" or within(one, determination)
        assert one["adverse"] is (one["outcome"] != "MedicallyNecessary")
    assert signed["recommendation"] == determination


@given(path=st.sampled_from(CASES))
def test_a_determination_never_speaks_as_a_decision(path: Path, knowledge: Knowledge) -> None:
    """Until a physician decides, status, text and letter are marked as a recommendation."""
    determination = determination_of(path, knowledge)
    assert determination["status"] == "recommendation, awaits a physician's decision"
    assert "decisions" not in determination
    try:
        page = write_letter(determination, knowledge, "text").decode()
    except errors.LetterUndecided:
        return

    assert "DRAFT FOR A PHYSICIAN'S DECISION" in page
    assert "Recommendation: " in page
    assert "Decision: " not in page


STORIES = st.builds(
    Story,
    prior=st.one_of(st.none(), st.integers(min_value=0, max_value=14)),
    asked=st.integers(min_value=1, max_value=14),
    response=st.sampled_from(RESPONSES),
    exceptional=st.booleans(),
    notes_missing=st.booleans(),
)


@given(story=STORIES)
def test_the_outcome_under_an_answer_is_that_of_the_answered_case(
    story: Story, knowledge: Knowledge
) -> None:
    """The outcome under an answer equals that of the case with the answer on record."""
    decision = decide(load_case(story.turtle().encode(), knowledge, form="turtle"), knowledge)
    one = decision.determinations[0]
    for slot in one.slots:
        for answer in slot.answers:
            if knowledge.value(answer.iri, TRUTH) is None:
                continue
            supposed = suppose(knowledge, decision.derivation.asserted, slot.iri, answer.iri)
            other = derive(knowledge, supposed)
            visits = supported_of(other, one.request)

            assert other.value(one.request, "outcome") == answer.outcome
            assert visits == answer.supported


@given(story=STORIES)
def test_the_answer_that_the_record_gives_is_the_determination(
    story: Story, knowledge: Knowledge
) -> None:
    """Giving the answer that is on record does not change the determination."""
    decision = decide(load_case(story.turtle().encode(), knowledge, form="turtle"), knowledge)
    one = decision.determinations[0]
    for slot in one.slots:
        given = [answer for answer in slot.answers if answer.given]

        assert len(given) <= 1
        assert all(answer.outcome == one.outcome for answer in given)
