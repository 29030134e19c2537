"""Where a summary lists conditions, and the parts of such a list."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

    from reasoner.letters.lexicon import Lexicon, LexiconEntry
    from reasoner.letters.marked.model import MarkedText
    from reasoner.letters.text import Text

CLAIMED: Final = "claimed"
"""The code of phrases that count only where no diagnosis is listed."""
LIST_END: Final = "list_end"
PARTS: Final = re.compile(
    r";\s*(?:and )?|,\s*(?:and )?(?:or )?|\s+(?:and|with|&)\s+(?!(?:-|/|or\b))"
)
JOINED: Final = re.compile(
    r"\s+and\s+(?=(?:sprain|strain|tenosynovitis|tendon\b|spasm))", re.IGNORECASE
)
NUMBERED: Final = re.compile(r" *[0-9]{1,2}[.)] +[A-Z]")
"""What follows the end of a sentence inside a numbered list."""
NUMBER_LAST: Final = re.compile(r"[.:;] *[0-9]{1,2}[.)]$")
NUMBER: Final = re.compile(r"(?:^|[.,;:]) *(?:and )?[(]?[0-9]{1,2}[.)] +(?=[A-Za-z])")
"""The number of an entry of a list."""


def lists(marked: MarkedText, lexicon: Lexicon) -> Iterator[tuple[int, int, LexiconEntry]]:
    """
    Yield each list of conditions: where it begins and ends, and the entry that opens it.

    A list ends with its sentence, at the next opening words, or where a cue with the code
    `list_end` turns to something else ("and has had", "treatment to date").
    """
    if not marked.sentences:
        return
    text = marked.text
    start, end = marked.sentences[0].start, marked.sentences[-1].end
    phrases = lexicon.mentions("DiagnosisPhrase", text.flat, start, end)
    for mention in sorted(phrases, key=lambda m: (m.entry.code == CLAIMED, m.start)):
        ends = [s.end for s in marked.sentences if s.end > mention.start]
        stop = next((at for at in ends if not _goes_on(text, at)), end)
        nested = [m.start for m in phrases if mention.end <= m.start < stop]
        turns = [
            c.start
            for s in marked.sentences
            for c in s.cues
            if c.code == LIST_END and mention.end <= c.start < stop
        ]
        yield mention.end, min([stop, *nested, *turns]), mention.entry


def _goes_on(text: Text, at: int) -> bool:
    """Return True if a sentence that ends here is an entry of a numbered list, or its number."""
    return bool(NUMBERED.match(text.flat, at) or NUMBER_LAST.search(text.flat[max(0, at - 8) : at]))


def parts(text: Text, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Yield the parts of a list: at its numbers, else its semicolons, else commas and "and"."""
    words = text.flat[start:end]
    splitter = PARTS
    if ";" in words:
        splitter = re.compile(r";\s*(?:and )?")
    if NUMBER.search(words):
        splitter = NUMBER
    at = start
    for cut in splitter.finditer(words):
        if JOINED.match(words, cut.start()):
            continue
        if words[at - start : cut.start()].strip(" .:,;"):
            yield at, start + cut.start()
        at = start + cut.end()
    if text.flat[at:end].strip(" .:,;"):
        yield at, end
