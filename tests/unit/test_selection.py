"""A short page shows the strongest sentence of each topic that does not argue against it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from reasoner import assessment_text, decide, describe_assessment, load_case_file
from reasoner.determinations.data import MarginData, SentenceData
from reasoner.determinations.selection import clinical_facts, strongest
from reasoner.pages.picture import picture_words
from reasoner.pages.worksheet import must_confirm, worksheet_of

if TYPE_CHECKING:
    from reasoner import Knowledge
    from reasoner.determinations.data import DeterminationData

CASES = Path(__file__).parents[2] / "fixtures" / "cases"
ALL = sorted(path.parent.name for path in CASES.glob("*/case.ttl"))


def said(rule: str, weight: int, topic: str = "", argues: str = "") -> SentenceData:
    return SentenceData(
        rule=rule,
        weight=weight,
        topic=topic,
        argues=argues,
        title="",
        text=rule,
        basis="",
        rationale="",
        sources=[],
        provisional=False,
    )


SENTENCES = st.lists(
    st.builds(
        said,
        st.sampled_from(["A-01", "A-02", "A-03", "A-04"]),
        st.integers(0, 3),
        st.sampled_from(["", "limit", "trial"]),
        st.sampled_from(["", "for", "against"]),
    ),
    max_size=8,
)


@given(sentences=SENTENCES, most=st.integers(0, 5), rejects=st.sets(st.sampled_from(["for"])))
def test_each_topic_is_stated_once_by_its_strongest(
    sentences: list[SentenceData], most: int, rejects: set[str]
) -> None:
    """No topic twice, nothing rejected, nothing of weight 0, and none stronger is left out."""
    found = strongest(sentences, most=most, rejects=rejects)
    topics = [s.topic or s.rule for s in found]
    weights = [s.weight for s in found]

    assert len(topics) == len(set(topics)) <= most
    assert weights == sorted(weights, reverse=True)
    assert all(s.weight and s.argues not in rejects for s in found)
    if len(found) < most:
        allowed = {s.topic or s.rule for s in sentences if s.weight and s.argues not in rejects}
        assert set(topics) == allowed


def test_of_one_topic_the_stronger_is_shown() -> None:
    """Two sources that set the same limit are one sentence, not two."""
    first, both = said("LIM-02", 85, "limit"), said("LIM-60", 86, "limit")

    assert strongest([first, both], most=4) == (both,)


def test_a_sentence_that_another_covers_is_shown_only_without_it() -> None:
    """A worksheet states nothing twice; a letter, which has no margin, keeps both."""
    limit, alone = said("LIM-02", 85), structs.replace(said("LIM-05", 80), covered=["LIM-02", "M"])

    assert strongest([alone, limit], most=4, shown=()) == (limit,)
    assert strongest([alone], most=4, shown=["M"]) == ()
    assert strongest([alone], most=4, shown=["X"]) == (alone,)
    assert strongest([alone, limit], most=4) == (limit, alone)


def test_a_summary_keeps_its_order() -> None:
    """The strongest facts are selected, in the order of the summary."""
    worker, dates, request = said("S-1", 30), said("S-2", 0), said("S-3", 40)

    assert clinical_facts([worker, dates, request], most=2) == (worker, request)


def determinations(name: str, knowledge: Knowledge) -> list[DeterminationData]:
    case = load_case_file(CASES / name / "case.ttl", knowledge)
    return list(describe_assessment(decide(case, knowledge), knowledge).determinations)


@pytest.mark.parametrize("name", ALL)
def test_no_reason_on_a_worksheet_argues_for_what_the_outcome_rejects(
    name: str, knowledge: Knowledge
) -> None:
    """At most four reasons, each once; an approval lists no objection and a denial no merit."""
    for d in determinations(name, knowledge):
        sheet = worksheet_of(d, picture_words())
        texts = [s.text for s in sheet.reasons]

        assert len(texts) == len(set(texts)) <= 4
        assert not {s.argues for s in sheet.reasons} & set(d.rejects)
        assert d.reasons == [] or texts, "a determination with reasons shows one"


@pytest.mark.parametrize("name", ALL)
def test_a_page_names_the_source_of_its_limit(name: str, knowledge: Knowledge) -> None:
    """Where a limit is stated, so are its source and its mark; the full page has every reason."""
    case = load_case_file(CASES / name / "case.ttl", knowledge)
    page = describe_assessment(decide(case, knowledge), knowledge, proof=False)
    text = " ".join(assessment_text(page).split())
    full = " ".join(assessment_text(page, full=True).split())
    for d in page.determinations:
        for number in d.visits.limit_from:
            assert " ".join(d.sources[number - 1].citation.split()) in text
        assert all(" ".join(s.text.split()) in full for s in d.reasons)


def margin(*, until: int | None) -> MarginData:
    return MarginData(
        rule="A-01",
        title="",
        text="",
        basis="",
        rationale="",
        sources=[],
        provisional=False,
        figure="maximumVisits",
        value=10,
        counted="together",
        holds_from=None,
        holds_until=until,
    )


def test_a_limit_that_was_not_seen_is_confirmed_unless_it_cannot_matter(
    knowledge: Knowledge,
) -> None:
    """A denial on an unseen figure says so first; one that holds for any figure does not."""
    (d,) = determinations("hip-sprain-2017-line-carried-over", knowledge)
    adverse = structs.replace(d, adverse=True, margin=[])
    rests = d.reasons
    (seen,) = determinations("seed-2014-spine-12-visits", knowledge)

    assert must_confirm(adverse, rests)
    assert must_confirm(structs.replace(adverse, margin=[margin(until=20)]), rests)
    assert not must_confirm(structs.replace(adverse, margin=[margin(until=None)]), rests)
    assert not must_confirm(structs.replace(adverse, adverse=False), rests)
    assert not must_confirm(adverse, [])
    assert not must_confirm(seen, seen.reasons)
