"""The sentences of a stretch of plain text, and a treatment masked in its sentence."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from reasoner.letters.lexicon import OTHER, TARGET

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from reasoner.letters.lexicon import Mention

STOP: Final = re.compile(r"[.?!][\"')]*(?=\s+[\"'(]?[A-Z0-9]|[A-Z][a-z]|\s*$)")
ABBREVIATION: Final = re.compile(
    r"(?:\b(?:Dr|Mr|Mrs|Ms|vs|approx|No|St|Jr|Inc|etc|e\.g|i\.e|[A-Z]|mg|Fig|P\.T|M\.D|D\.C|a\.m|p\.m)"
    r"|\b[0-9]{1,2})\.$"
)


LONGEST: Final = 3000
"""Characters after which a sentence is cut: a longer one is not a real sentence."""


def sentences(flat: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Yield the first and last offset of each sentence in a stretch."""
    for first, last in _sentences(flat, start, end):
        for at in range(first, last, LONGEST):
            yield at, min(at + LONGEST, last)


def _sentences(flat: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    at = start
    for stop in STOP.finditer(flat, start, end):
        if ABBREVIATION.search(flat[at : stop.start() + 1]) and stop.end() < end:
            follows = flat[stop.end() : stop.end() + 2].lstrip()
            numbered = flat[stop.start() - 1].isdigit()
            if not numbered or (follows[:1].isdigit() and flat[stop.end()] != " "):
                continue
        yield at, stop.end()
        at = stop.end()
        while at < end and flat[at] == " ":
            at += 1
    if at < end:
        yield at, end


def masked(flat: str, target: Mention, others: Iterable[Mention]) -> str:
    """
    Return a text of the same length in which a treatment is one mark and other treatments another.

    So patterns can speak of the treatment in question, and offsets stay as they are.
    """
    for mention in others:
        flat = _covered(flat, mention, OTHER)
    return _covered(flat, target, TARGET)


def _covered(flat: str, mention: Mention, mark: str) -> str:
    width = mention.end - mention.start
    return f"{flat[: mention.start]}{mark * width}{flat[mention.end :]}"
