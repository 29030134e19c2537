"""The places of the disputed items of a letter, and of their parts."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from reasoner.letters.model import Problem

if TYPE_CHECKING:
    from collections.abc import Mapping

    from reasoner.letters.lexicon import Lexicon, LexiconEntry, Mention
    from reasoner.letters.text import Text

CUT: Final = re.compile(r"(?:-|\b(?:and|or|of|for|to|the|a|with|per|over|left|right))$")
"""How a line ends that is cut within a phrase."""
LONGEST_CUT: Final = 200
"""Characters of a paragraph up to which it may be a cut line of a heading."""
LABELS: Final = ("claims_administrator", "reviewer", "rationale")


@dataclass(frozen=True, slots=True, kw_only=True)
class Outline:
    """
    The place of an item in the plain text.

    Attributes:
        heading: First and last offset of the heading, without the colon.
        outcome: The outcome; None where the letter breaks off before it.
        parts: The guideline lines and the rationale, by the code of their label.
        end: Where the item ends.
        authorized: What the same document approves of it, where it says that.
    """

    heading: tuple[int, int]
    outcome: Mention | None
    parts: Mapping[str, tuple[int, int]]
    end: int
    authorized: tuple[int, int] | None = None


def outline_items(
    text: Text, lexicon: Lexicon, issues: tuple[int, int]
) -> tuple[list[Outline], list[Problem]]:
    """Find the items between the head of the disputed items and the end of the letter."""
    marks = label_places(text, lexicon, issues)
    outcomes = _outcomes(text, lexicon, issues, marks)
    starts, before = [], issues[0]
    for outcome in outcomes:
        starts.append(_heading_start(text, lexicon, before, outcome.start))
        before = outcome.end
    ends = [*starts[1:], issues[1]][: len(starts)]
    outlines = [
        Outline(
            heading=(start, start + len(text.flat[start : outcome.start].rstrip(" :"))),
            outcome=outcome,
            parts=parts_between(marks, outcome.end, end),
            end=end,
        )
        for start, outcome, end in zip(starts, outcomes, ends, strict=True)
    ]
    return outlines, problems_of(text, lexicon, outlines, issues)


def problems_of(
    text: Text, lexicon: Lexicon, outlines: list[Outline], issues: tuple[int, int]
) -> list[Problem]:
    """List what the form prints of each item and the text does not have."""
    labels = [code for code in LABELS if lexicon.printed(code)]
    problems = []
    if not outlines:
        problems.append(
            Problem(
                kind="items-missing",
                message="No disputed item with an outcome was found.",
                hint="Check that the file contains the whole letter.",
                span=text.span(*issues),
            )
        )
    for number, outline in enumerate(outlines, start=1):
        absent = [code.replace("_", " ") for code in labels if code not in outline.parts]
        if absent:
            problems.append(
                Problem(
                    kind="item-incomplete",
                    message=f"Item {number} has no line for: {', '.join(absent)}.",
                    hint="The letter may break off here.",
                    span=text.span(*outline.heading),
                )
            )
    return problems


def label_places(
    text: Text, lexicon: Lexicon, issues: tuple[int, int]
) -> list[tuple[int, int, str]]:
    """Return start, end and code of each label of a part, in the order of the text."""
    return sorted(
        (m.start, m.end, code)
        for code in LABELS
        for m in lexicon.mentions((lexicon.mark(code),), text.flat, *issues)
    )


def _outcomes(
    text: Text, lexicon: Lexicon, issues: tuple[int, int], marks: list[tuple[int, int, str]]
) -> list[Mention]:
    """Find outcome words after a colon, with a label, a paragraph or the end of the text next."""
    found = []
    labels = {start for start, _, _ in marks}
    for mention in lexicon.mentions("OutcomeWord", text.flat, *issues):
        colon = re.search(r":\s*$", text.flat[max(issues[0], mention.start - 4) : mention.start])
        after = mention.end
        while after < len(text.flat) and text.flat[after] in " .":
            after += 1
        ends = after >= issues[1] or after in labels or after in text.paragraphs
        if colon and ends:
            found.append(mention)
    return found


def _heading_start(text: Text, lexicon: Lexicon, before: int, outcome: int) -> int:
    """
    Find where a heading begins: at the last paragraph, or at a page that begins with a sentence.

    A copy that lost its blank lines leaves only sentences to go by.
    """
    labels = [m.end for m in _all_labels(text, lexicon, before, outcome)]
    begins = [before, *(at for at in text.paragraphs if before < at <= outcome - 2)]
    while len(begins) > 1 and _goes_on(text, begins[-2], begins[-1]):
        begins.pop()
    start = begins[-1]
    inside = lexicon.mark("heading_sentence")
    for page in text.pages:
        if max(start, before) < page < outcome and _sentence_ends(text, inside, before, page):
            start = page
    if labels and max(labels) > start:
        start = _last_sentence(text, inside, max(labels), outcome)
    while start < outcome and text.flat[start] in " .":
        start += 1
    return start


def _goes_on(text: Text, start: int, at: int) -> bool:
    """Return True if a paragraph goes on in the next: its last line is cut within a phrase."""
    words = text.flat[start:at].rstrip()
    cut = bool(CUT.search(words)) or text.flat[at : at + 1].islower() or text.flat[at] == "("
    return bool(words) and len(words) < LONGEST_CUT and words[-1] not in '.:?!;"' and cut


def _all_labels(text: Text, lexicon: Lexicon, start: int, end: int) -> list[Mention]:
    marks = tuple(lexicon.mark(code) for code in LABELS)
    return lexicon.mentions(marks, text.flat, start, end)


def _sentence_ends(text: Text, inside: LexiconEntry, start: int, at: int) -> bool:
    words = text.flat[start:at].rstrip()
    if not words:
        return True
    closes = words[-1] in ".:?!" or words.endswith('."')
    return closes and not any(
        p.search(words[-60:] + " ") and _ends(p, words) for p in inside.patterns
    )


def _ends(pattern: re.Pattern[str], words: str) -> bool:
    return any(m.end() >= len(words) for m in pattern.finditer(words, max(0, len(words) - 80)))


def _last_sentence(text: Text, inside: LexiconEntry, start: int, outcome: int) -> int:
    """Return where the last sentence before an outcome begins; those of a split count as one."""
    best = start
    for stop in re.finditer(r"[.?!][\"')]*\s+(?=[A-Z0-9(\"])", text.flat[start:outcome]):
        at = start + stop.end()
        if not any(_ends(p, text.flat[start:at].rstrip()) for p in inside.patterns):
            best = at
    return best


def parts_between(
    marks: list[tuple[int, int, str]], start: int, end: int
) -> dict[str, tuple[int, int]]:
    """Return the parts of an item by the code of their label: each ends where the next begins."""
    inside = [mark for mark in marks if start <= mark[0] < end]
    stops = [*(mark[0] for mark in inside[1:]), end][: len(inside)]
    parts: dict[str, tuple[int, int]] = {}
    for (_, after, code), stop in zip(inside, stops, strict=True):
        parts.setdefault(code, (after, stop))
    return parts
