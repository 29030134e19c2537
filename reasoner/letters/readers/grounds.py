"""The grounds of a decision: what a rationale says of the case, apart from what it quotes."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from reasoner.knowledge.terms import mn
from reasoner.letters.model import Stated

from .sentences import sentences

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from reasoner.letters.lexicon import Lexicon, LexiconEntry, Mention
    from reasoner.letters.model import Concept, Item
    from reasoner.letters.text import Text

GRANTED: Final = mn("Overturned").value
AGAINST: Final = "against"
ANY: Final = "any"
REGION: Final = "region"
GRANTING: Final = "granted"
"""
Where a phrase counts instead of sentences about the case: in any, in those that name a requested
region, or in sentences about the case of a decision that grants the request.
"""


def read_grounds(
    text: Text, lexicon: Lexicon, item: Item, at: tuple[int, int]
) -> Iterator[Stated[Concept]]:
    """
    Yield each ground of a rationale once, with every passage that gives it.

    A sentence that restates a guideline gives none, nor does a ground against the request in a
    decision that grants it.

    Args:
        text: The letter.
        lexicon: The words.
        item: The item that is decided.
        at: Where its rationale is.
    """
    found: dict[str, Stated[Concept]] = {}
    granted = item.outcome is not None and item.outcome.value.iri == GRANTED
    for first, last, of_case in classified(text.flat, lexicon, *at):
        for entry in lexicon.kind("GroundPhrase"):
            concept = entry.concept
            if granted and lexicon.argues.get(concept.iri or "") == AGAINST:
                continue
            if entry.one("saidIn") == GRANTING and not granted:
                continue
            if not _counts(text.flat, lexicon, entry, item, (first, last), of_case=of_case):
                continue
            for mention in lexicon.mentions((entry,), text.flat, first, last):
                span = text.span(mention.start, mention.end)
                known = found.get(entry.iri)
                spans = (*known.spans, span) if known else (span,)
                found[entry.iri] = Stated(value=concept, spans=spans)
    yield from found.values()


def classified(
    flat: str, lexicon: Lexicon, start: int, end: int
) -> Iterator[tuple[int, int, bool]]:
    """
    Yield the sentences of a rationale, each with whether it is about the case.

    A sentence that says what a guideline states is not, unless it holds the request against it;
    nor is one about patients in general. One with neither continues the sentence before it.
    """
    words = {
        code: lexicon.coded("WordList", code)
        for code in ("case_words", "decision_words", "generic_words", "rule_words")
    }
    about_case = False
    for first, last in sentences(flat, start, end):
        about_case = _is_about_case(flat, lexicon, words, (first, last), before=about_case)
        yield first, last, about_case


def _is_about_case(
    flat: str,
    lexicon: Lexicon,
    words: Mapping[str, LexiconEntry],
    at: tuple[int, int],
    *,
    before: bool,
) -> bool:
    def said(code: str) -> list[Mention]:
        return lexicon.mentions((words[code],), flat, *at)

    generic = said("generic_words")
    case = [m for m in said("case_words") if not any(_overlap(m, g) for g in generic)]
    if said("rule_words"):
        return bool(case) and bool(said("decision_words"))
    if case:
        return True
    return before and not generic


def _overlap(one: Mention, other: Mention) -> bool:
    return one.start < other.end and other.start < one.end


def _counts(
    flat: str,
    lexicon: Lexicon,
    entry: LexiconEntry,
    item: Item,
    at: tuple[int, int],
    *,
    of_case: bool,
) -> bool:
    where = entry.one("saidIn")
    if where == ANY:
        return True
    if where == REGION:
        asked = {r.value.code for r in item.regions}
        named = {m.entry.code for m in lexicon.mentions("RegionWord", flat, *at)}
        return bool(asked & named)
    return of_case


def with_grounds(text: Text, lexicon: Lexicon, item: Item) -> Item:
    """Return an item with the grounds of its decision; one without a rationale stays as it is."""
    if item.rationale is None or item.facts is None:
        return item
    at = text.stretch(item.rationale)
    return replace(item, grounds=tuple(read_grounds(text, lexicon, item, at)))
