"""
What a short page shows of a determination: the strongest sentence of each topic.

How strong a sentence is, what it speaks of and which side it argues for are in the heads of the
rules; which side an outcome rejects is in the vocabulary. Nothing here knows a rule or an outcome.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from reasoner.determinations.data import DeterminationData, SentenceData, SlotData

Said = TypeVar("Said", bound="SentenceData")


def strongest(
    sentences: Iterable[Said], *, most: int, rejects: Collection[str] = ()
) -> tuple[Said, ...]:
    """
    Select the strongest sentence of each topic.

    Args:
        sentences: The sentences of one role, in their order.
        most: The largest number of sentences.
        rejects: Sides; sentences that argue for one of them are left out.

    Returns:
        The sentences, strongest first; those of equal strength in their order. A sentence of
        weight 0 is never among them.
    """
    found: dict[str, Said] = {}
    for sentence in sorted(sentences, key=lambda s: -s.weight):
        if sentence.weight and sentence.argues not in rejects:
            found.setdefault(sentence.topic or sentence.rule, sentence)
    return tuple(found.values())[:most]


def clinical_facts(sentences: Sequence[Said], *, most: int) -> tuple[Said, ...]:
    """Select the strongest sentences of a summary, in the order of the summary."""
    weighed = sorted((s for s in sentences if s.weight), key=lambda s: -s.weight)[:most]
    return tuple(s for s in sentences if s in weighed)


def deciding_slots(d: DeterminationData) -> tuple[SlotData, ...]:
    """List the questions of judgment whose answers lead to different outcomes or numbers."""
    return tuple(
        slot for slot in d.slots if len({(a.outcome, a.supported) for a in slot.answers}) > 1
    )
