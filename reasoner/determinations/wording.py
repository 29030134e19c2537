"""
The sentences about what was decided apart from the derivation of the case.

Some results come from several derivations: whether an outcome holds under each answer to a slot.
They are stated as facts, and the rules of the knowledge base put them in words.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyoxigraph as ox

from reasoner.kernel.engine import derive
from reasoner.knowledge.terms import mn

from .sentences import Sentence, sentences_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from reasoner.kernel.derivation import Derivation
    from reasoner.knowledge.base import Knowledge

    from .settled import Settled

KEPT = ("ofCase", "outcome", "openMatter", "requestedVisits")
"""The properties of a request that its sentence reads from the derivation of the case."""


def word(
    knowledge: Knowledge, facts: Iterable[ox.Triple], role: str, request: str
) -> tuple[Sentence, ...]:
    """Return the sentences of the rules of one role about some facts of a request."""
    rules = frozenset(rule.id for rule in knowledge.rules if rule.role == role)
    derivation = derive(knowledge, facts, rules=rules)
    return sentences_of(derivation, knowledge, role, request)


def word_settled(
    knowledge: Knowledge, derivation: Derivation, request: str, settled: Settled
) -> tuple[Sentence, ...]:
    """
    Return the sentence under an outcome that rests on answers supposed apart.

    Args:
        knowledge: The knowledge base.
        derivation: The derivation of the case.
        request: The request, which is decided.
        settled: What holds of it on every reading.
    """
    subject = ox.NamedNode(request)
    least, most = settled.supported or (0, 0)
    facts = [
        ox.Triple(subject, mn(name), value)
        for name in KEPT
        for value in derivation.values(request, name)
    ]
    facts += [
        ox.Triple(subject, mn("robust"), ox.Literal(bool(settled.robust))),
        ox.Triple(subject, mn("madeAnswer"), ox.NamedNode(settled.made)),
        ox.Triple(subject, mn("supportsAtLeast"), ox.Literal(least)),
        ox.Triple(subject, mn("supportsAtMost"), ox.Literal(most)),
        *(ox.Triple(subject, mn("openMatter"), ox.Literal(matter)) for matter in settled.matters),
    ]
    return word(knowledge, facts, "outcome", request)
