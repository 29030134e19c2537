"""
What a finding of an audit may rest on if it holds something against a decision.

A decision is held to what its letter states and to what the law states, and to nothing else: no
text that was not seen, no edition whose name alone is held, no fact that a convention of
reading supplied, no value about which the letter contradicts itself.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from reasoner.knowledge.rule_form import OBSERVATION
from reasoner.knowledge.terms import mn

from .sentences import STATED_IN, UNSEEN, VERIFICATION, prove

if TYPE_CHECKING:
    from collections.abc import Iterator

    from reasoner.kernel.derivation import Derivation
    from reasoner.kernel.facts import Fact
    from reasoner.knowledge.base import Knowledge

    from .sentences import Sentence

CONFIDENCE: Final = f"<{mn('readingConfidence').value}>"
INFERRED: Final = f"<{mn('InferredByConvention').value}>"
CONFLICTING: Final = f"<{mn('Conflicting').value}>"
INFERABLE: Final = mn("mayBeInferred")
HELD: Final = mn("textHeld")


def accuses(sentence: Sentence) -> bool:
    """Return True if a finding holds something against a decision; an observation does not."""
    return sentence.kind != OBSERVATION


def admissible(
    sentences: tuple[Sentence, ...], derivation: Derivation, knowledge: Knowledge
) -> tuple[Sentence, ...]:
    """
    Return the findings of an audit that may be reported, in their order.

    An observation always may. An accusation may if nothing that it rests on, down to the facts of
    the case and of the knowledge base, is barred (`barred`).
    """
    return tuple(
        sentence
        for sentence in sentences
        if not accuses(sentence) or next(barred(sentence, derivation, knowledge), None) is None
    )


def barred(sentence: Sentence, derivation: Derivation, knowledge: Knowledge) -> Iterator[Fact]:
    """Yield the facts behind a finding on which no accusation may rest."""
    firing = sentence.firing
    named = set(firing.rests_on)
    behind = prove(derivation, firing.rests_on)
    facts = dict.fromkeys(fact for one in (firing, *behind) for fact in one.rests_on)
    for fact in facts:
        counts = fact in named or fact[2].startswith('"')
        unseen = counts and _unseen(fact[0][1:-1], knowledge)
        if unseen or _untrusted(fact, derivation, knowledge):
            yield fact


def _unseen(iri: str, knowledge: Knowledge) -> bool:
    """
    Return True if something is known by its name alone, or its text was not seen.

    It bars a finding that names it, and one that a figure or word of it is behind. A row that was
    looked at and set aside does not.
    """
    status = knowledge.value(iri, VERIFICATION) or ""
    if knowledge.value(status, UNSEEN) == "true":
        return True
    edition = knowledge.value(iri, STATED_IN) or ""
    return "false" in {knowledge.value(iri, HELD), knowledge.value(edition, HELD)}


def _untrusted(fact: Fact, derivation: Derivation, knowledge: Knowledge) -> bool:
    """Return True if the letter does not state a fact itself, or contradicts itself about it."""
    trust = derivation.facts.objects.get((CONFIDENCE, fact[0]), ())
    if CONFLICTING in trust:
        return True
    return INFERRED in trust and knowledge.value(fact[1][1:-1], INFERABLE) == "true"
