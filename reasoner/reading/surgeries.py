"""Operations in a summary: performed, planned or refused."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from .model import Stated, Surgery
from .numbers import DATE, date_of
from .sentences import sentences

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from .lexicon import Lexicon, Mention
    from .text import Text


def read_surgeries(text: Text, lexicon: Lexicon, start: int, end: int) -> Iterator[Surgery]:
    """Yield one operation a sentence that says whether it took place."""
    for first, last in sentences(text.flat, start, end):
        for entry in lexicon.kind("SurgeryPhrase"):
            found = lexicon.mentions((entry,), text.flat, first, last)
            if found and entry.code != "none":
                yield _surgery(text, lexicon, found[0], (first, last))
            if found:
                break


def _surgery(text: Text, lexicon: Lexicon, mention: Mention, at: tuple[int, int]) -> Surgery:
    span = text.span(mention.start, mention.end)
    named = lexicon.mentions("ProcedureWord", text.flat, *at)
    return Surgery(
        procedure=Stated(
            value=named[0].entry.concept, spans=(text.span(named[0].start, named[0].end),)
        )
        if named
        else None,
        status=Stated(value=mention.entry.concept, spans=(span,)),
        performed_on=_day(text, mention, at) if mention.entry.code == "performed" else None,
        words=text.flat[mention.start : mention.end],
        span=span,
    )


def _day(text: Text, mention: Mention, at: tuple[int, int]) -> Stated[date] | None:
    """Return the date that stands with the operation, if the sentence has only one."""
    dates = list(re.finditer(DATE, text.flat[at[0] : at[1]], re.IGNORECASE))
    near = [d for d in dates if mention.start <= at[0] + d.start() <= mention.end + 20]
    chosen = near or (dates if len(dates) == 1 else [])
    day = date_of(chosen[0][0]) if chosen else None
    if day is None:
        return None
    start = at[0] + chosen[0].start()
    return Stated(value=day, spans=(text.span(start, start + len(chosen[0][0])),))
