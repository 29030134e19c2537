"""Answer why and why not about a decision, as plain data."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reasoner.errors import ConclusionUnknown
from reasoner.knowledge.terms import shorten

from .goals import Goal, find_goal
from .order import known_facts
from .speech import Speech
from .trees import rule_trees, text_of
from .why import Tree
from .why_not import Inquiry

if TYPE_CHECKING:
    from reasoner.determinations.assess import Assessment
    from reasoner.kernel.facts import Fact
    from reasoner.knowledge.base import Knowledge

Data = dict[str, object]


def explain(
    assessment: Assessment,
    knowledge: Knowledge,
    *,
    why: str | None = None,
    why_not: str | None = None,
    text: str = "",
) -> Data:
    """
    Explain a decision.

    Args:
        assessment: The decision.
        knowledge: The knowledge base with which it was made.
        why: A rule that fired, or a term that was concluded.
        why_not: A rule that did not fire, or a term that was not concluded.
        text: The Turtle of the case, so that its lines can be named; empty for none.

    Raises:
        ConclusionUnknown: The question names nothing, or asks why of what is not so.
    """
    speech = Speech(assessment, knowledge, text)
    answer: Data = {
        "case": assessment.case.iri,
        "determinations": [
            {"request": d.request, "outcome": shorten(d.outcome).split(":")[-1], "label": d.label}
            for d in assessment.determinations
        ],
    }
    if why is not None:
        answer["why"] = _why(why, speech)
    if why_not is not None:
        answer["whyNot"] = _why_not(why_not, speech)
    return answer


def _goal(asked: str, speech: Speech) -> Goal:
    trees = rule_trees(speech.knowledge).values()
    concluded = {text_of(pattern) for tree in trees for pattern in tree.construct.template}
    return find_goal(asked, speech.assessment, speech.knowledge, concluded)


def _why(asked: str, speech: Speech) -> Data:
    goal, tree = _goal(asked, speech), Tree(speech)
    if goal.rule:
        found = [tree.of_firing(firing) for firing in speech.derivation.by_rule(goal.rule)]
    else:
        found = [tree.of_fact(fact) for fact in _holding(goal, speech)]
    if not found:
        raise ConclusionUnknown(
            f"{goal.name} was not concluded in this case.", hint=f"Ask why not: --why-not {asked}"
        )
    return {"asked": asked, "about": goal.name, "found": found}


def _holding(goal: Goal, speech: Speech) -> list[Fact]:
    known = known_facts(speech.derivation, speech.knowledge)
    found = {f for p in goal.patterns for f in known.find(p, {})}
    return sorted(f for f in found if speech.derivation.firing_of(f) is not None)


def _why_not(asked: str, speech: Speech) -> Data:
    goal, inquiry = _goal(asked, speech), Inquiry(speech)
    fired = bool(speech.derivation.by_rule(goal.rule)) if goal.rule else False
    if fired or (not goal.rule and _holding(goal, speech)):
        raise ConclusionUnknown(
            f"{goal.name} was concluded in this case.", hint=f"Ask why: --why {asked}"
        )
    if goal.rule:
        requests = [d.request for d in speech.assessment.determinations]
        found = [inquiry.rule(goal.rule, f"<{request}>") for request in requests]
    else:
        found = [inquiry.of(pattern) for pattern in goal.patterns]
    return {"asked": asked, "about": goal.name, "found": found}
