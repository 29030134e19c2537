"""Operations in a summary: performed, planned or refused."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from reasoner.letters.model import Stated, Surgery
from reasoner.letters.numbers import DATE, date_of

from .sentences import sentences

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import date

    from reasoner.letters.lexicon import Lexicon, Mention
    from reasoner.letters.text import Text

PERFORMED: Final = "performed"
NEAR: Final = 60
"""Characters after an operation in which its date stands."""
YEAR: Final = re.compile(r"(?<![0-9/-])(?:19|20)[0-9]{2}(?![0-9])")
"""A year that stands alone."""


def performed(surgeries: Iterable[Surgery], since: date | None) -> tuple[Surgery, ...]:
    """
    Return each operation of the ontology that took place, once, dated ones before others.

    A date that stands apart from the name belongs to the operation where there is only one.

    Args:
        surgeries: What the summary says of operations.
        since: The date of injury: what was dated before it, even by the year, is of another time.
    """
    done = [s for s in surgeries if s.status.value.code == PERFORMED and not s.past]
    done = [s for s in done if not (since and s.performed_on and s.performed_on.value < since)]
    named: dict[str, Surgery] = {}
    for s in sorted(done, key=lambda s: s.performed_on is None):
        if s.procedure and s.procedure.value.iri:
            named.setdefault(s.procedure.value.iri, s)
    loose = {s.performed_on.value: s.performed_on for s in done if s.performed_on}
    if len(named) == 1 and len(loose) == 1:
        (iri, only), (day,) = *named.items(), loose.values()
        named = {iri: replace(only, performed_on=day)}
    return tuple(named.values())


def read_surgeries(
    text: Text, lexicon: Lexicon, start: int, end: int, since: date | None = None
) -> Iterator[Surgery]:
    """Yield one operation for each sentence that states its status."""
    for first, last in sentences(text.flat, start, end):
        for entry in lexicon.kind("SurgeryPhrase"):
            found = lexicon.mentions((entry,), text.flat, first, last)
            if found and entry.code != "none":
                yield _surgery(text, lexicon, found[0], (first, last), since)
            if found:
                break


def _surgery(
    text: Text, lexicon: Lexicon, mention: Mention, at: tuple[int, int], since: date | None
) -> Surgery:
    span = text.span(mention.start, mention.end)
    named = lexicon.mentions("ProcedureWord", text.flat, *at)
    return Surgery(
        procedure=Stated(
            value=named[0].entry.concept, spans=(text.span(named[0].start, named[0].end),)
        )
        if named
        else None,
        status=Stated(value=mention.entry.concept, spans=(span,)),
        performed_on=_day(text, mention, at) if mention.entry.code == PERFORMED else None,
        past=bool(since and any(int(y[0]) < since.year for y in YEAR.finditer(text.flat, *at))),
        words=text.flat[mention.start : mention.end],
        span=span,
    )


def _day(text: Text, mention: Mention, at: tuple[int, int]) -> Stated[date] | None:
    """Return the date that stands with the operation, if the sentence has only one."""
    dates = list(re.finditer(DATE, text.flat[at[0] : at[1]], re.IGNORECASE))
    near = [d for d in dates if mention.start <= at[0] + d.start() <= mention.end + NEAR]
    chosen = near or (dates if len(dates) == 1 else [])
    day = date_of(chosen[0][0]) if chosen else None
    if day is None:
        return None
    start = at[0] + chosen[0].start()
    return Stated(value=day, spans=(text.span(start, start + len(chosen[0][0])),))
