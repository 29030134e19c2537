"""Function measured on two days: whether the later figures are better than the earlier ones."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from reasoner.letters.numbers import DATE, amount_of, date_of, number_of

from .sentences import sentences

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from reasoner.letters.lexicon import Lexicon
    from reasoner.letters.model import Span
    from reasoner.letters.text import Text

COMPARED: Final = "compared"
"""The code of phrases that hold a figure and an earlier one."""
LESS: Final = "compared_less"
"""The code of phrases that hold a score of disability and an earlier one: less is better."""
SIDE: Final = re.compile(r"\b(?:left|right)\b", re.IGNORECASE)
NEAR: Final = 60
"""Characters before a measure in which its side of the body is looked for."""

AFTER: Final = 5
"""Characters between a figure and the date that follows it: "60 degrees on 11-20-2016"."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """
    A figure for function: the more, the better.

    Attributes:
        what: The motion or strength, with its side and region.
        on: The date right after it, else the last one that the letter names before it.
        value: The most of a range.
        span: The words.
        at: Where they begin in the plain text.
    """

    what: tuple[str, ...]
    on: date
    value: int
    span: Span
    at: int


def better(text: Text, lexicon: Lexicon, start: int, end: int) -> tuple[tuple[int, Span], ...]:
    """
    Return the figures that became better from one day to a later one: offset in `flat`, and words.

    Empty if none did, or if any became worse: then the figures say nothing either way.
    """
    held: dict[tuple[str, ...], list[Measure]] = {}
    spans, worse = _compared(text, lexicon, start, end)
    if worse:
        return ()
    for measure in _measures(text, lexicon, start, end):
        held.setdefault(measure.what, []).append(measure)
    for figures in held.values():
        first, last = (f(figures, key=lambda m: m.on) for f in (min, max))
        if first.on == last.on or first.value == last.value or _repeated(figures):
            continue
        if last.value < first.value:
            return ()
        spans += [(first.at, first.span), (last.at, last.span)]
    return tuple(sorted(spans))


def _compared(
    text: Text, lexicon: Lexicon, start: int, end: int
) -> tuple[list[tuple[int, Span]], bool]:
    """Return the figures that their words compare with a worse one, and whether one is worse."""
    spans: list[tuple[int, Span]] = []
    worse = False
    entries = tuple(lexicon.coded("MeasurePhrase", code) for code in (COMPARED, LESS))
    for mention in lexicon.mentions(entries, text.flat, start, end):
        now, before = (number_of(mention.match[name]) for name in ("value", "before"))
        if now is not None and before is not None:
            gain = before - now if mention.entry.code == LESS else now - before
            worse = worse or gain < 0
            if gain > 0:
                spans.append((mention.start, text.span(mention.start, mention.end)))
    return spans, worse


def _repeated(figures: list[Measure]) -> bool:
    """Return True if two figures of one day differ: then it is not known what was measured."""
    seen = {(m.on, m.value) for m in figures}
    return len(seen) != len({on for on, _ in seen})


def _measures(text: Text, lexicon: Lexicon, start: int, end: int) -> Iterator[Measure]:
    dates = [
        (start + found.start(), day)
        for found in re.finditer(DATE, text.flat[start:end], re.IGNORECASE)
        if (day := date_of(found[0]))
    ]
    entries = tuple(e for e in lexicon.kind("MeasurePhrase") if e.code not in (COMPARED, LESS))
    for first, last in sentences(text.flat, start, end):
        for mention in lexicon.mentions(entries, text.flat, first, last):
            until = mention.end + AFTER
            on = next((day for at, day in reversed(dates) if at < until), None)
            amount = amount_of(mention.match["value"])
            if on and amount:
                yield Measure(
                    what=_what(text, lexicon, mention.start, mention.match["measure"], start),
                    on=on,
                    value=amount.most,
                    span=text.span(mention.start, mention.end),
                    at=mention.start,
                )


def _what(text: Text, lexicon: Lexicon, at: int, words: str, start: int) -> tuple[str, ...]:
    regions = lexicon.mentions("RegionWord", text.flat, start, at + len(words))
    sides = SIDE.findall(text.flat, max(start, at - NEAR), at)
    region = regions[-1].entry.code if regions else ""
    return (" ".join(words.lower().split()), region, sides[-1].lower() if sides else "")
