"""The guideline line of one side: on what it says that it rests, and which sources it names."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from reasoner.knowledge.terms import mn
from reasoner.letters.model import Citation, Confidence, GuidelineLine, Stated

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from reasoner.letters.lexicon import Lexicon, LexiconEntry
    from reasoner.letters.model import Concept
    from reasoner.letters.text import Text


EMPTY: Final = " .,;:-"


def read_line(text: Text, lexicon: Lexicon, start: int, end: int, on: date | None) -> GuidelineLine:
    """
    Read the guideline line in a stretch of plain text.

    Args:
        text: The letter.
        lexicon: The words of the form, of titles and of tiers.
        start: Where the line begins, after its label.
        end: Where it ends.
        on: The day of the decision, which selects the edition of a source cited without a year.
    """
    day = on if lexicon.form else None
    citations = [
        *_of_schedule(text, lexicon, start, end, day),
        *_others(text, lexicon, start, end, on),
    ]
    return GuidelineLine(
        words=text.flat[start:end].strip(),
        basis=_basis(text, lexicon, start, end),
        citations=tuple(sorted(citations, key=lambda c: c.span)),
        span=text.span(start, end),
    )


def _basis(text: Text, lexicon: Lexicon, start: int, end: int) -> Stated[Concept] | None:
    found: dict[str, tuple[int, int]] = {}
    for entry in lexicon.kind("BasisPhrase"):
        for mention in lexicon.mentions((entry,), text.flat, start, end):
            found.setdefault(entry.iri, (mention.start, mention.end))
    spans = tuple(sorted(text.span(*at) for at in found.values()))
    for entry in lexicon.kind("BasisPhrase"):
        parts = entry.of("combines")
        if parts and set(parts) <= set(found):
            return Stated(value=entry.concept, spans=spans, confidence=Confidence.COMPUTED)
    for iri in sorted(found, key=found.__getitem__):
        return Stated(value=lexicon.entries[iri].concept, spans=spans)
    return None


def _of_schedule(
    text: Text, lexicon: Lexicon, start: int, end: int, on: date | None
) -> Iterator[Citation]:
    """
    Read "title year, Section(s): a, b, and title year": a title known to the lexicon parts.

    The day selects the edition where the form prints no year.
    """
    tier = _tier(lexicon, "ScheduleTier")
    for mark in _values(text, lexicon, "schedule_citation", start, end):
        heads = _titles(text, lexicon, *mark)
        stops = [*(head[0] for head in heads[1:]), mark[1]]
        for (at, after, title, year, entry), stop in zip(heads, stops, strict=True):
            section = _section(text, lexicon, after, stop)
            yield Citation(
                tier=tier.concept,
                title=title,
                year=year,
                section=section,
                guideline=_edition(lexicon, entry, year, on) if entry else None,
                span=text.span(at, _trim(text, at, stop)),
            )


def _titles(
    text: Text, lexicon: Lexicon, start: int, end: int
) -> list[tuple[int, int, str, int | None, LexiconEntry | None]]:
    known: list[tuple[int, int, str, int | None, LexiconEntry | None]] = []
    for mention in lexicon.mentions("GuidelineTitle", text.flat, start, end):
        year = re.compile(r",? ?\(?([12][0-9]{3})\)?(?=[,.; ]|$)").match(
            text.flat, mention.end, end
        )
        if year or mention.start == start:
            after = year.end() if year else mention.end
            value = int(year[1]) if year else None
            title = text.flat[mention.start : mention.end]
            known.append((mention.start, after, title, value, mention.entry))
    if known and known[0][0] == start:
        return known
    loose = re.compile(r"([A-Z][^:;.]*?) ([12][0-9]{3})(?=[,.; ]|$)").match(text.flat, start, end)
    if loose:
        first = (start, loose.end(), loose[1], int(loose[2]), None)
        return [first, *(k for k in known if k[0] >= loose.end())]
    whole = text.flat[start:end].strip(" .")
    return known or [(start, end, whole, None, None)]


def _section(text: Text, lexicon: Lexicon, start: int, end: int) -> str | None:
    for mark in lexicon.mentions((lexicon.mark("sections"),), text.flat, start, end):
        words = text.flat[mark.end : end].strip(" .,")
        words = re.sub(r",? and$", "", words).strip(" .,")
        return words or None
    return None


def _trim(text: Text, start: int, end: int) -> int:
    words = re.sub(r",? ?(?:and)? ?$", "", text.flat[start:end].rstrip(" .,"))
    return start + len(words)


def _others(
    text: Text, lexicon: Lexicon, start: int, end: int, on: date | None
) -> Iterator[Citation]:
    """Read free citations: each break begins a source, and so does each name of a known one."""
    for mark in _values(text, lexicon, "other_citation", start, end):
        pieces = [p for p in _pieces(text, lexicon, *mark) if text.flat[p[0] : p[1]].strip(EMPTY)]
        names = [
            next(iter(lexicon.mentions("TierWord", text.flat, p[0], p[1])), None) for p in pieces
        ]
        tier: LexiconEntry | None = None
        for number, (at, stop, broken) in enumerate(pieces):
            name = names[number]
            following = names[number + 1] if number + 1 < len(names) else None
            leads = following if number == 0 and not pieces[min(1, len(pieces) - 1)][2] else None
            known = name or (None if broken or tier else leads)
            tier = known.entry if known else (None if broken else tier)
            tier = tier or _tier(lexicon, "StudyTier")
            title, section = _named(text, name.end if name else at, at, stop, known=bool(name))
            yield Citation(
                tier=tier.concept,
                title=title,
                year=None,
                section=section,
                guideline=_edition(lexicon, tier, None, on),
                span=text.span(at, _trim(text, at, stop)),
            )


def _named(text: Text, after: int, start: int, end: int, *, known: bool) -> tuple[str, str | None]:
    end = _trim(text, start, end)
    if not known:
        return text.flat[start:end].strip(" .,;:-"), None
    section = text.flat[min(after, end) : end].strip(" .,;:-")
    return text.flat[start:after].strip(" .,;:-"), section or None


def _tier(lexicon: Lexicon, name: str) -> LexiconEntry:
    """Return the entry of a tier that no word names: that of the schedule, or of the rest."""
    tier = mn(name).value
    return next(e for e in lexicon.kind("TierWord") if tier in e.of("denotes") and not e.patterns)


def _pieces(text: Text, lexicon: Lexicon, start: int, end: int) -> Iterator[tuple[int, int, bool]]:
    """Yield start, end, and whether the words before say that another source begins."""
    other = lexicon.mark("other_source")
    breaks = lexicon.mentions((lexicon.mark("citation_break"), other), text.flat, start, end)
    cuts = [(start, start, False)]
    cuts += [(m.start, m.end, m.entry is other) for m in breaks]
    known = {m.end for m in breaks} | {start}
    names = [m for m in lexicon.mentions("TierWord", text.flat, start, end) if m.start not in known]
    cuts += [
        (m.start, m.start, False)
        for m in names
        if text.flat[: m.start].rstrip()[-1:] in ",.;"
        or text.flat[m.start - 5 : m.start] == " and "
    ]
    cuts.sort()
    for (_, at, broken), stop in zip(cuts, [*(c[0] for c in cuts[1:]), end], strict=True):
        yield at, stop, broken


def _values(
    text: Text, lexicon: Lexicon, code: str, start: int, end: int
) -> Iterator[tuple[int, int]]:
    for pattern in lexicon.mark(code).patterns:
        for found in pattern.finditer(text.flat, start, end):
            at, stop = found.span("value")
            while at < stop and text.flat[at] == " ":
                at += 1
            yield at, stop


def _edition(
    lexicon: Lexicon, entry: LexiconEntry, year: int | None, on: date | None
) -> str | None:
    """Return the edition that a title and a year, or the day of the decision, single out."""
    related = "http://www.w3.org/2004/02/skos/core#related"
    choices = [
        c for c in (*entry.of("denotes"), *entry.values.get(related, ())) if c in lexicon.years
    ]
    if len(choices) == 1:
        return choices[0]
    if year is not None:
        return next((c for c in choices if lexicon.years[c] == year), None)
    if on is None:
        return None
    day = on.isoformat()
    held = [c for c in choices if lexicon.in_force[c][0] <= day < lexicon.in_force[c][1]]
    return held[0] if len(held) == 1 else None
