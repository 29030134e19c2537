"""Parts of the body in a stretch of text."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reasoner.letters.marked.model import Kind
from reasoner.letters.model import Confidence, Stated

if TYPE_CHECKING:
    from collections.abc import Iterable

    from reasoner.letters.lexicon import Lexicon, LexiconEntry, Mention
    from reasoner.letters.marked.model import Marked, MarkedText
    from reasoner.letters.model import Concept
    from reasoner.letters.text import Text


def read_regions(
    text: Text,
    lexicon: Lexicon,
    start: int,
    end: int,
    diagnosed: Iterable[Stated[Concept]] = (),
) -> tuple[Stated[Concept], ...]:
    """
    Find the regions that a stretch names, each once, in the order of the words.

    A word that may mean several regions means those that are diagnosed, or else all; next to a
    word for one of them, it means that one.
    """
    found: dict[str, Stated[Concept]] = {}
    near = {r.value.code: r for r in diagnosed}
    mentions = lexicon.mentions("RegionWord", text.flat, start, end)
    named = {m.entry.iri for m in mentions}
    for mention in mentions:
        if named & set(mention.entry.of("eitherOf")):
            continue
        span = text.span(mention.start, mention.end)
        for entry, sure in _meant(lexicon, mention.entry, near):
            confidence = Confidence.STATED if sure else Confidence.INFERRED
            stated = Stated(value=entry.concept, spans=(span,), confidence=confidence)
            earlier = found.get(entry.code)
            if earlier is None or (sure and earlier.confidence != Confidence.STATED):
                found[entry.code] = stated
    return tuple(found.values())


def part_mentions(marked: MarkedText, start: int, end: int) -> tuple[Marked, ...]:
    """Return the mentions of parts of the body in a stretch, the finest for each place."""
    fine = marked.within(start, end, Kind.PART)
    return tuple(
        m
        for m in marked.within(start, end, Kind.PART, Kind.REGION)
        if not (m.entry and m.entry.of("eitherOf"))
        and not (m.kind == Kind.REGION and any(p.start < m.end and p.end > m.start for p in fine))
    )


def parts_of_the_body(
    marked: MarkedText, start: int, end: int, *, unless: str = ""
) -> tuple[Stated[Concept], ...]:
    """
    Return the parts of the body that a stretch names, each once, as fine as its words are.

    A word that leaves the region open, such as "spine", names no part.

    Args:
        marked: The text.
        start: Where the stretch begins in the plain text.
        end: Where it ends.
        unless: The code of a cue; the parts that it reaches are left out.
    """
    found: dict[str, Stated[Concept]] = {}
    for mention in part_mentions(marked, start, end):
        sentence = marked.sentence_at(mention.start)
        if mention.entry and not (sentence and unless and sentence.modified(mention.start, unless)):
            span = marked.text.span(mention.start, mention.end)
            concept = mention.entry.concept
            found.setdefault(concept.code, Stated(value=concept, spans=(span,)))
    return tuple(found.values())


def mostly_named(text: Text, lexicon: Lexicon, start: int, end: int) -> tuple[Stated[Concept], ...]:
    """
    Return the regions that a stretch names most often, as often each; none if it names none.

    For a summary without a diagnosis: what it speaks of most is what the treatment is for.
    """
    named: dict[str, list[Mention]] = {}
    for mention in lexicon.mentions("RegionWord", text.flat, start, end):
        if not mention.entry.of("eitherOf"):
            named.setdefault(mention.entry.code, []).append(mention)
    most = max(map(len, named.values()), default=0)
    return tuple(
        Stated(
            value=found[0].entry.concept,
            spans=tuple(text.span(m.start, m.end) for m in found),
            confidence=Confidence.INFERRED,
        )
        for found in named.values()
        if len(found) == most
    )


def _meant(
    lexicon: Lexicon, entry: LexiconEntry, near: dict[str, Stated[Concept]]
) -> list[tuple[LexiconEntry, bool]]:
    choices = [lexicon.entries[iri] for iri in entry.of("eitherOf")]
    if not choices:
        return [(entry, True)]
    return [(c, False) for c in choices if c.code in near] or [(c, False) for c in choices]


def region_of_concept(lexicon: Lexicon, iri: str) -> Concept | None:
    """Return how the lexicon names a region of the ontology."""
    for entry in lexicon.kind("RegionWord"):
        if iri in entry.of("denotes"):
            return entry.concept
    return None
