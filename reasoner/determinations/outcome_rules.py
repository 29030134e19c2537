"""The rules that an outcome needs, of all rules of a knowledge base."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Final

from reasoner.kernel.rules import rules_towards
from reasoner.knowledge.terms import mn

if TYPE_CHECKING:
    from reasoner.knowledge.base import Knowledge

READ: Final = (
    "answer",
    "assumedAnswer",
    "couldHold",
    "flipDate",
    "givenAnswer",
    "governedBy",
    "madeAnswer",
    "onDecisionDate",
    "onInjuryDate",
    "openSlot",
    "outcome",
    "priorAtLeast",
    "priorOpen",
    "restsOnAnswer",
    "robust",
    "smallestLimit",
    "supportsAtLeast",
    "supportsAtMost",
    "undecided",
    "unsettled",
    "variantOf",
)
"""The properties that a recommendation or a comparison shows."""


@lru_cache(maxsize=8)
def rules_for(knowledge: Knowledge, *roles: str) -> frozenset[str]:
    """Return the ids of the rules on which a recommendation can rest, and of some roles."""
    goals = {mn(name).value for name in READ}
    goals |= {p[1][1][1:-1] for r in knowledge.rules if r.role in roles for p in r.template}
    return rules_towards(knowledge.rules, frozenset(goals), knowledge.after)
