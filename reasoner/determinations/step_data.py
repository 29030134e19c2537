"""The steps of a proof as data, and facts as text."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from reasoner.knowledge.terms import shorten

from .data import StepData
from .sentences import fill_sentence

if TYPE_CHECKING:
    from reasoner.kernel.derivation import Firing
    from reasoner.kernel.facts import Fact
    from reasoner.knowledge.base import Knowledge


def describe_step(firing: Firing, knowledge: Knowledge) -> StepData:
    """Describe one step of a proof as data."""
    return StepData(
        rule=firing.name,
        text=fill_sentence(firing, knowledge),
        concludes=[fact_text(fact) for fact in firing.concluded],
        premises=[fact_text(fact) for fact in firing.rests_on],
        absent=[" . ".join(fact_text(part) for part in group) for group in firing.absences],
        file=firing.rule.path if firing.rule else "",
    )


def fact_text(fact: Fact) -> str:
    """Write a fact, or a pattern with open places, with the prefixes of this project."""
    return " ".join(map(_short, fact))


@lru_cache(maxsize=20_000)
def _short(term: str) -> str:
    return shorten(term[1:-1]) if term.startswith("<") else term.partition("^^")[0]
