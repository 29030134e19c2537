"""The grounds of a decision next to those of the determination."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from reasoner.knowledge.terms import mn

from .model import GroundsData

if TYPE_CHECKING:
    from collections.abc import Mapping

    from reasoner.determinations.conclude import Determination
    from reasoner.kernel.derivation import Derivation
    from reasoner.knowledge.base import Knowledge

RULE: Final = "https://w3id.org/mednec/rule/"
REACHED: Final = mn("reachedBy").value
ARGUES: Final = mn("groundArgues")
SIDES: Final = {"true": "against", "false": "for"}
"""The side of the grounds of an outcome, by whether the outcome is adverse."""


def grounds_of(
    derivation: Derivation, knowledge: Knowledge, found: Determination, decision: str
) -> GroundsData:
    """
    Compare the grounds of a decision with those of the determination.

    Args:
        derivation: The derivation of the case.
        knowledge: The knowledge base.
        found: The determination.
        decision: The decision; empty if the case has none.
    """
    reached = _by_rule(knowledge)
    side = SIDES.get(knowledge.value(found.outcome, mn("adverse")) or "", "")
    ours = {
        ground
        for sentence in found.reasons
        for ground in reached.get(sentence.rule, ())
        if knowledge.value(ground, ARGUES) == side
    }
    named = set().union(*reached.values(), _grounds(knowledge))
    about = (derivation.value(s.value, "about") for s in derivation.values(decision, "states"))
    theirs = {topic for topic in about if topic in named}
    return GroundsData(
        reviewer=sorted(knowledge.label(g) for g in theirs if g),
        reasoner=sorted(knowledge.label(g) for g in ours) if found.is_decided else [],
        shared=sorted(knowledge.label(g) for g in ours & theirs) if found.is_decided else [],
    )


def _by_rule(knowledge: Knowledge) -> Mapping[str, tuple[str, ...]]:
    """Return the grounds of each rule, by its id."""
    found: dict[str, tuple[str, ...]] = {}
    for (ground, name), rules in knowledge.described.items():
        if name == REACHED:
            for rule in rules:
                key = rule.value.removeprefix(RULE)
                found[key] = (*found.get(key, ()), ground)
    return found


def _grounds(knowledge: Knowledge) -> set[str]:
    return {ground for ground, name in knowledge.described if name == ARGUES.value}
