"""Quantities of treatment in the words of a request."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from reasoner.letters.model import Amount, Confidence, Dose, Stated
from reasoner.letters.numbers import amount_of

if TYPE_CHECKING:
    from reasoner.letters.lexicon import Lexicon, Mention
    from reasoner.letters.model import Concept
    from reasoner.letters.text import Text

MASK: Final = "\ue002"


def read_dose(
    text: Text,
    lexicon: Lexicon,
    start: int,
    end: int,
    regions: tuple[Stated[Concept], ...] = (),
) -> Dose:
    """Read visits, visits a week and weeks in a stretch: each word serves one quantity only."""
    found: dict[str, Stated[Amount]] = {}
    flat = text.flat
    for entry in lexicon.kind("DosePhrase"):
        for mention in _leftmost(lexicon.mentions((entry,), flat, start, end)):
            read = {
                name: Stated(value=amount, spans=(text.span(*mention.match.span(name)),))
                for name, words in mention.match.groupdict().items()
                if words and (amount := amount_of(words))
            }
            if not read or any(name in found for name in read):
                continue
            found |= read
            width = mention.end - mention.start
            flat = f"{flat[: mention.start]}{MASK * width}{flat[mention.end :]}"
    return Dose(
        visits=found.get("visits"),
        per_week=found.get("per_week"),
        weeks=found.get("weeks"),
        regions=regions,
        span=text.span(start, end),
        words=text.flat[start:end].strip(),
    )


def _leftmost(mentions: list[Mention]) -> list[Mention]:
    return sorted(mentions, key=lambda m: (m.start, m.start - m.end))


def visits_of(dose: Dose | None) -> Stated[int] | None:
    """
    Return the most visits that a dose asks for.

    They are those that it states, else visits a week times weeks; None if it leaves them open.
    """
    if dose is None:
        return None
    if dose.visits:
        stated = dose.visits
        return Stated(value=stated.value.most, spans=stated.spans, confidence=stated.confidence)
    if dose.per_week and dose.weeks:
        return Stated(
            value=dose.per_week.value.most * dose.weeks.value.most,
            spans=tuple(sorted({*dose.per_week.spans, *dose.weeks.spans})),
            confidence=Confidence.COMPUTED,
        )
    return None
