"""A recommendation agrees with the determination, but runs fewer rules and many cases."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from reasoner import decide, load_case_file
from reasoner.determinations import slots
from reasoner.determinations.conclude import conclude
from reasoner.determinations.recommend import recommend, rules_for
from reasoner.determinations.slots import suppose_answers

if TYPE_CHECKING:
    import pytest

    from reasoner import Knowledge

CASES = sorted((Path(__file__).parents[2] / "fixtures" / "cases").glob("*/case.ttl"))


def test_a_recommendation_agrees_with_the_determination(knowledge: Knowledge) -> None:
    """Outcome, robustness, governing rows, limit and visits agree for every fixture."""
    cases = [load_case_file(path, knowledge) for path in CASES]

    for case, found in zip(cases, recommend(cases, knowledge), strict=True):
        for one, whole in zip(found, decide(case, knowledge).determinations, strict=True):
            visits = whole.visits
            assert one.request == whole.request
            assert (one.outcome, one.robust) == (whole.outcome, whole.robust)
            assert (one.limit, one.supported) == (visits.limit, visits.supported)
            assert set(one.governing) == {g.source.iri for g in whole.governing}


def test_cases_together_and_alone_are_decided_alike(knowledge: Knowledge) -> None:
    """Cases do not affect each other and may be repeated."""
    cases = [load_case_file(path, knowledge) for path in CASES[:9]] * 2

    assert recommend(cases, knowledge) == tuple(recommend([c], knowledge)[0] for c in cases)
    assert recommend([], knowledge) == ()


def test_a_recommendation_runs_no_rule_that_words_it(knowledge: Knowledge) -> None:
    """Reasons, changes, summaries and audit findings are not computed."""
    kept = rules_for(knowledge)
    roles = {rule.role for rule in knowledge.rules if rule.id in kept}

    assert len(kept) < len(knowledge.rules) * 2 / 3
    assert roles.isdisjoint({"summary", "audit", "change", "document", "notice"})


def test_a_conclusion_is_read_and_runs_nothing(
    knowledge: Knowledge, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The answers to open questions are derived once for all requests."""
    for path in CASES[::9]:
        decision = decide(load_case_file(path, knowledge), knowledge)
        supposed = suppose_answers(knowledge, decision.derivation, decision.case.requests)
        with monkeypatch.context() as patch:
            patch.setattr(slots, "infer", None)
            patch.delattr("reasoner.kernel.engine.derive")
            for one in decision.determinations:
                again = conclude(knowledge, decision.derivation, one.request, supposed)
                assert again.slots == one.slots
                assert again.outcome == one.outcome
