"""The worker: age, sex and date of injury, as the summary states them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reasoner.letters.model import Confidence, Stated
from reasoner.letters.numbers import date_of, number_of

if TYPE_CHECKING:
    from datetime import date

    from reasoner.letters.lexicon import Lexicon
    from reasoner.letters.model import Concept
    from reasoner.letters.text import Text

WORDS = ("male", "female")
PRONOUNS = ("male_pronoun", "female_pronoun")
NEAR = 60
"""Largest number of characters between an age and the sex next to it."""


def read_age(text: Text, lexicon: Lexicon, start: int, end: int) -> Stated[int] | None:
    """Return the first age of the summary; a second, different one makes it conflicting."""
    ages: list[Stated[int]] = []
    for mention in lexicon.mentions((lexicon.coded("PersonPhrase", "age"),), text.flat, start, end):
        value = number_of(mention.match["age"])
        named = lexicon.mentions(
            tuple(lexicon.coded("PersonPhrase", code) for code in WORDS),
            text.flat,
            mention.start,
            min(end, mention.end + NEAR),
        )
        if value is not None and (named or not ages):
            ages.append(Stated(value=value, spans=(text.span(mention.start, mention.end),)))
    return ages[0] if ages else None


def read_sex(text: Text, lexicon: Lexicon, start: int, end: int) -> Stated[Concept] | None:
    """Return the first word for the sex, else the sex that all pronouns agree on."""
    named = tuple(lexicon.coded("PersonPhrase", code) for code in WORDS)
    for mention in lexicon.mentions(named, text.flat, start, end):
        return Stated(value=mention.entry.concept, spans=(text.span(mention.start, mention.end),))
    pronouns = tuple(lexicon.coded("PersonPhrase", code) for code in PRONOUNS)
    mentions = lexicon.mentions(pronouns, text.flat, start, end)
    denoted = {m.entry.one("denotes") for m in mentions}
    if len(denoted) != 1:
        return None
    for entry in named:
        if entry.one("denotes") in denoted:
            spans = tuple(text.span(m.start, m.end) for m in mentions)
            return Stated(value=entry.concept, spans=spans, confidence=Confidence.INFERRED)
    return None


def read_day(text: Text, lexicon: Lexicon, code: str, start: int, end: int) -> Stated[date] | None:
    """Return the first date of the summary that the phrases with this code introduce."""
    entry = lexicon.coded("PersonPhrase", code)
    for mention in lexicon.mentions((entry,), text.flat, start, end):
        day = date_of(mention.match["value"])
        if day:
            return Stated(value=day, spans=(text.span(*mention.match.span("value")),))
    return None
