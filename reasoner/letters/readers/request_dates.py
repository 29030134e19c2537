"""The dates of a request: when it was made, received and recommended, by the summary."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from reasoner.letters.marked.model import Kind
from reasoner.letters.model import Stated

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from reasoner.letters.marked.model import Marked, MarkedSentence, MarkedText

DATED: Final = "request_dated"
RECEIVED: Final = "request_received"
RECOMMENDED: Final = "request_recommended"
FORM: Final = "request_form"
"""The code of cues that name the form of a request."""
VERDICT: Final = "verdict"
"""The code of cues that say how a request was decided."""
REVIEW: Final = "decided"


def read_request_dates(marked: MarkedText) -> dict[str, Stated[date]]:
    """
    Return the dates of the request that a summary states, by their names in `Letter.dates`.

    The date of the form comes before that of a sentence which only says that a treatment was
    requested. Of several dates of one kind, the first of the form and the last request count.
    """
    found: dict[str, Stated[date]] = {}
    for sentence in marked.sentences:
        for name, mention in _of_form(sentence):
            found.setdefault(name, _stated(marked, mention))
    asked = [m for s in marked.sentences for m in _of_verb(s, "asked")]
    if asked and not found:
        found[DATED] = _stated(marked, asked[-1])
    advised = [m for s in marked.sentences for m in _of_verb(s, "planned")]
    if advised:
        found[RECOMMENDED] = _stated(marked, advised[-1])
    return found


def _stated(marked: MarkedText, mention: Marked) -> Stated[date]:
    if mention.day is None:
        raise AssertionError
    return Stated(value=mention.day, spans=(marked.text.span(mention.start, mention.end),))


def _of_form(sentence: MarkedSentence) -> Iterator[tuple[str, Marked]]:
    """Yield the dates next to the name of the form, with what they are: the last mark says."""
    form = next((c for c in sentence.cues if c.code == FORM), None)
    if form is None:
        return
    days = sentence.of(Kind.DATE)
    after = [d for d in days if d.start >= form.end]
    for day in after:
        marks = [c.code for c in sentence.cues if form.end <= c.start and c.end <= day.start]
        if VERDICT not in marks:
            kinds = [code for code in marks if code in {DATED, RECEIVED}]
            yield (kinds[-1] if kinds else DATED), day
    before = [d for d in days if d.end <= form.start]
    if before and not after and not sentence.says(VERDICT):
        received = any(c.code == RECEIVED and c.start >= form.end for c in sentence.cues)
        yield (RECEIVED if received else DATED), before[-1]


def _of_verb(sentence: MarkedSentence, code: str) -> Iterator[Marked]:
    """Yield the date of a sentence in which a treatment is asked for or recommended."""
    verb = next((c for c in sentence.cues if c.code == code), None)
    if verb is None or sentence.says(VERDICT, REVIEW) or not sentence.of(Kind.TREATMENT):
        return
    days = sentence.of(Kind.DATE)
    before = [d for d in days if d.end <= verb.start]
    after = [d for d in days if d.start >= verb.end]
    yield from (before[-1:] or after[:1])
