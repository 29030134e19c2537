"""
What a page or a letter shows of a determination: the strongest sentence of each topic.

How strong a sentence is, what it speaks of and which side it argues for are in the heads of the
rules; which side an outcome rejects is in the vocabulary. Nothing here knows a rule or an outcome.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, TypeVar

from reasoner.knowledge.terms import NS, mn

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from reasoner.knowledge.base import Knowledge

    from .data import DeterminationData, NoticeData, SentenceData, SlotData

GROUNDS: Final = 6
"""The most reasons, or facts requested, in a letter that is served."""
Said = TypeVar("Said", bound="SentenceData")


def strongest(
    sentences: Iterable[Said],
    *,
    most: int,
    rejects: Collection[str] = (),
    shown: Collection[str] | None = None,
) -> tuple[Said, ...]:
    """
    Select the strongest sentence of each topic.

    Args:
        sentences: The sentences of one role, in their order.
        most: The largest number of sentences.
        rejects: Sides; sentences that argue for one of them are left out.
        shown: The rules of the sentences that the page shows elsewhere; a sentence that one of
            them or a stronger one of these covers is left out. None to keep covered sentences.

    Returns:
        The sentences, strongest first; those of equal strength in their order. A sentence of
        weight 0 is never among them.
    """
    found: dict[str, Said] = {}
    stated = {*(shown or ())}
    for sentence in sorted(sentences, key=lambda s: -s.weight):
        repeats = shown is not None and not stated.isdisjoint(sentence.covered or ())
        if sentence.weight and sentence.argues not in rejects and not repeats:
            found.setdefault(sentence.topic or sentence.rule, sentence)
            stated.add(sentence.rule)
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


def rejected_by(outcome: str, knowledge: Knowledge) -> frozenset[str]:
    """Return the sides, `for` or `against`, that an outcome with a local name rejects."""
    found = knowledge.described.get((NS + outcome, mn("rejects").value), ())
    return frozenset(value.value for value in found)


def served_reasons(
    d: DeterminationData, rejects: Collection[str], withdrawn: Collection[str] = ()
) -> tuple[SentenceData, ...]:
    """
    Select the reasons that a served letter gives, strongest first.

    Args:
        d: The determination.
        rejects: The sides that the outcome rejects.
        withdrawn: IRIs of sources; a reason that rests on one of them is left out.
    """
    held = [s for s in d.reasons if not {d.sources[n - 1].iri for n in s.sources} & {*withdrawn}]
    return strongest(held, most=GROUNDS, rejects=rejects)


def served_requests(d: DeterminationData) -> tuple[SentenceData, ...]:
    """Select what a served letter asks the requester for, strongest first."""
    return strongest(d.missing, most=GROUNDS)


def served_notices(d: DeterminationData, outcome: str) -> tuple[NoticeData, ...]:
    """Select the notices that a served letter gives after an outcome."""
    return tuple(notice for notice in d.notices if outcome in notice.after)


def figure_sources(d: DeterminationData) -> frozenset[int]:
    """Return the numbers of the sources that state or lend the figures of what governs."""
    governing = {n for g in d.governing for n in (g.source, g.borrowed_from) if n}
    return frozenset(governing | {*d.visits.limit_from, *d.visits.figures_from})


def unseen_sources(d: DeterminationData, outcome: str, rejects: Collection[str]) -> tuple[int, ...]:
    """
    List the sources that a served letter rests on and whose text was not seen, by their numbers.

    Args:
        d: The determination.
        outcome: The local name of the outcome that is decided.
        rejects: The sides that it rejects.
    """
    said = (
        *served_reasons(d, rejects),
        *served_requests(d),
        *served_notices(d, outcome),
        *d.administrator,
        *d.summary,
    )
    numbers = figure_sources(d) | {n for sentence in said for n in sentence.sources}
    return tuple(sorted(n for n in numbers if not d.sources[n - 1].seen))
