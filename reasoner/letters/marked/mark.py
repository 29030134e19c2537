"""Mark a stretch of a letter: each sentence with its mentions and its cues."""

from __future__ import annotations

import re
from bisect import bisect_right
from typing import TYPE_CHECKING, Final

from reasoner.letters.numbers import DATE, date_of
from reasoner.letters.readers.sentences import sentences

from .model import Cue, Kind, Marked, MarkedSentence, MarkedText

if TYPE_CHECKING:
    from collections.abc import Iterator

    from reasoner.letters.lexicon import Lexicon, LexiconEntry
    from reasoner.letters.text import Text

NAMED: Final = (Kind.CONDITION, Kind.PROCEDURE, Kind.TREATMENT, Kind.REGION, Kind.PART)
DATES: Final = re.compile(DATE, re.IGNORECASE)


def mark(text: Text, lexicon: Lexicon, start: int, end: int) -> MarkedText:
    """
    Mark a stretch of a letter.

    Args:
        text: The letter.
        lexicon: The words: mentions by their classes, cues by `mn:CueWord`.
        start: Where the stretch begins in the plain text.
        end: Where it ends.
    """
    bounds = list(sentences(text.flat, start, end))
    named = sorted(_mentions(text, lexicon, start, end), key=lambda m: (m.start, m.end, m.kind))
    starts = [m.start for m in named]
    made = []
    for first, last in bounds:
        here = named[bisect_right(starts, first - 1) : bisect_right(starts, last - 1)]
        cues = tuple(_cues(text, lexicon, first, last))
        made.append(MarkedSentence(start=first, end=last, mentions=tuple(here), cues=cues))
    return MarkedText(text=text, sentences=tuple(made))


def _mentions(text: Text, lexicon: Lexicon, start: int, end: int) -> Iterator[Marked]:
    for kind in NAMED:
        for found in lexicon.mentions(kind.value, text.flat, start, end):
            yield Marked(kind=kind, entry=found.entry, start=found.start, end=found.end)
    for code in lexicon.codes_in(text.flat, start, end):
        yield Marked(kind=Kind.CODE, entry=code.entry, start=code.start, end=code.end)
    for match in DATES.finditer(text.flat, start, end):
        day = date_of(match[0])
        if day:
            yield Marked(kind=Kind.DATE, entry=None, start=match.start(), end=match.end(), day=day)


def _cues(text: Text, lexicon: Lexicon, first: int, last: int) -> Iterator[Cue]:
    """
    Yield the cues of a sentence with what they reach.

    `mn:cueReach` says in which direction: `after` to the next stop, `before` back to the last one,
    `sentence` all of it. Stops are the words of the word list `cue_stop`, and the words of another
    cue with the code that `mn:endedBy` names.
    """
    found = lexicon.mentions("CueWord", text.flat, first, last)
    stops = [m.start for m in lexicon.mentions((_stop(lexicon),), text.flat, first, last)]
    for mention in found:
        reach = mention.entry.one("cueReach", "sentence")
        since, until = first, last
        ending = set(mention.entry.of("endedBy"))
        others = [m.start for m in found if m.entry.code in ending]
        if reach == "after":
            since = mention.end
            until = min((s for s in (*stops, *others) if s >= mention.end), default=last)
        if reach == "before":
            until = mention.start
            since = max((s for s in stops if s < mention.start), default=first)
        yield Cue(
            code=mention.entry.code,
            start=mention.start,
            end=mention.end,
            since=since,
            until=until,
        )


def _stop(lexicon: Lexicon) -> LexiconEntry:
    return lexicon.coded("WordList", "cue_stop")
