"""Disputed items that a document numbers and decides in sentences, as the forms of 2013 do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .outline import Outline, label_places, parts_between, problems_of

if TYPE_CHECKING:
    import re
    from collections.abc import Iterator

    from reasoner.letters.lexicon import Lexicon, Mention
    from reasoner.letters.model import Problem
    from reasoner.letters.text import Text


def outline_sentences(
    text: Text, lexicon: Lexicon, issues: tuple[int, int]
) -> tuple[list[Outline], list[Problem]]:
    """
    Find the items of a form whose mark `item_sentence` names the heading of each.

    The outcome is in the same sentence, or in the sentence of the same number that the mark
    `decision_sentence` finds before the items.
    """
    decided: dict[str, Mention] = {}
    for match in _matches(text, lexicon, "decision_sentence", (0, issues[1])):
        outcome = _outcome(text, lexicon, match)
        if outcome:
            decided.setdefault(match["number"], outcome)
    marks = label_places(text, lexicon, issues)
    found = list(_matches(text, lexicon, "item_sentence", issues))
    ends = [*(m.start() for m in found[1:]), issues[1]][: len(found)]
    outlines = [
        Outline(
            heading=match.span("heading"),
            outcome=_outcome(text, lexicon, match) or decided.get(match["number"] or ""),
            parts=parts_between(marks, match.end(), end),
            end=end,
            authorized=_span(match, "authorized"),
        )
        for match, end in zip(found, ends, strict=True)
    ]
    return outlines, problems_of(text, lexicon, outlines, issues)


def _matches(
    text: Text, lexicon: Lexicon, code: str, at: tuple[int, int]
) -> Iterator[re.Match[str]]:
    for entry in lexicon.printed(code):
        for pattern in entry.patterns:
            yield from pattern.finditer(text.flat, *at)


def _span(match: re.Match[str], name: str) -> tuple[int, int] | None:
    return match.span(name) if match.groupdict().get(name) else None


def _outcome(text: Text, lexicon: Lexicon, match: re.Match[str]) -> Mention | None:
    at = _span(match, "outcome")
    found = lexicon.mentions("OutcomeWord", text.flat, *at) if at else []
    return found[0] if found else None
