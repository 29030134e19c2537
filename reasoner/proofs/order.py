"""The strata of a proof: numbers from 1 for the rules, and one for memberships in populations."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from .known import MEMBERSHIP, Known

if TYPE_CHECKING:
    from collections.abc import Mapping

    from reasoner.kernel.derivation import Derivation
    from reasoner.knowledge.base import Knowledge


def known_facts(derivation: Derivation, knowledge: Knowledge) -> Known:
    """Return the facts of a derivation with their strata."""
    return Known(derivation, knowledge.base_facts, find_strata(knowledge))


@lru_cache(maxsize=4)
def find_strata(knowledge: Knowledge) -> Mapping[str, int]:
    """
    Return the stratum of each rule by its id, and of memberships in populations by `MEMBERSHIP`.

    A rule has a higher stratum than all rules whose conclusions it reads, denies or totals; no rule
    has the stratum of memberships.
    """
    members = (knowledge.stratum, 0)
    places = sorted({members, *((rule.stratum, 1) for rule in knowledge.rules)})
    numbers = {place: number for number, place in enumerate(places, start=1)}
    strata = {rule.id: numbers[rule.stratum, 1] for rule in knowledge.rules}
    return {**strata, MEMBERSHIP: numbers[members]}
