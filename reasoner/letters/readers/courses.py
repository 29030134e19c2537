"""Earlier treatment in a summary: each mention with its count and how sure that is."""

from __future__ import annotations

import re
from datetime import date
from typing import TYPE_CHECKING, Final

from reasoner.letters.lexicon import TARGET
from reasoner.letters.model import Confidence, Course, Span, Stated
from reasoner.letters.numbers import DATE, date_of, number_of

from .regions import read_regions
from .sentences import masked, sentences

if TYPE_CHECKING:
    from collections.abc import Iterator

    from reasoner.letters.lexicon import Lexicon, Mention
    from reasoner.letters.model import Concept
    from reasoner.letters.text import Text

FOLLOWING: Final = 2
"""Sentences after the one that names a treatment that may count its visits without the name."""
DATES: Final = re.compile(DATE, re.IGNORECASE)
YEAR: Final = re.compile(r"(?<![0-9/-])(?:19|20)[0-9]{2}(?![0-9])")
"""A year that stands alone."""
MOST: Final = 120
"""Visits beyond which a number near a treatment is none of visits."""


def read_courses(text: Text, lexicon: Lexicon, start: int, end: int) -> Iterator[Course]:
    """Yield a course for each mention of treatment that took place, or did not, in the order."""
    home = tuple(lexicon.kind("HomeProgramPhrase"))
    covered = lexicon.mentions(home, text.flat, start, end)
    treatments = [
        m
        for m in lexicon.mentions("TreatmentWord", text.flat, start, end)
        if not any(h.start <= m.start and m.end <= h.end for h in covered)
    ]
    named: list[Mention] = []
    since = 0
    for first, last in sentences(text.flat, start, end):
        here = [m for m in treatments if first <= m.start < last]
        since = 0 if here else since + 1
        named = here or named
        if named and since <= FOLLOWING and (again := _again(text, lexicon, named, first, last)):
            yield again
        for mention in here:
            others = [m for m in here if m.start != mention.start]
            flat = masked(text.flat, mention, others)
            course = _course(text, lexicon, flat, mention, (first, last))
            if course:
                yield course


def about(lexicon: Lexicon, course: Course) -> tuple[int, int] | None:
    """
    Return the fewest and the most visits that an approximate count is read as, or None.

    A convention of reading, which `mn:aboutShare` of the lexicon states: a part of the number to
    either side, one visit at least.
    """
    if not course.about or not course.visits:
        return None
    count = course.visits.value
    share = int(lexicon.coded("CertaintyWord", "about").one("aboutShare"))
    width = -(-count // share)
    return max(1, count - width), count + width


def _course(
    text: Text, lexicon: Lexicon, flat: str, mention: Mention, sentence: tuple[int, int]
) -> Course | None:
    said = {
        code
        for code in ("none", "undocumented", "earlier", "request", "decided")
        if _says(lexicon, code, flat, sentence)
    }
    asked = bool(said & {"request", "decided"})
    treatment = Stated(value=mention.entry.concept, spans=(text.span(mention.start, mention.end),))
    if "none" in said:
        exact = lexicon.coded("CertaintyWord", "exact")
        return Course(
            treatment=treatment,
            regions=(),
            visits=Stated(value=0, spans=(text.span(*sentence),)),
            certainty=Stated(value=exact.concept, spans=(text.span(*sentence),)),
            after_denial=False,
            span=text.span(*sentence),
        )
    if "undocumented" not in said and "earlier" not in said:
        granted = _authorized(text, lexicon, flat, mention, sentence)
        if granted:
            return granted
    if "undocumented" in said or (asked and "earlier" not in said):
        return None
    visits, code, span = _count(text, lexicon, flat, mention, sentence)
    certainty = lexicon.coded("CertaintyWord", code)
    return Course(
        treatment=treatment,
        regions=_regions(text, lexicon, flat, mention, sentence),
        visits=visits,
        certainty=Stated(value=certainty.concept, spans=(span,)),
        after_denial=asked,
        span=span,
        about=bool(visits) and _is_about(lexicon, flat, span, text),
        until=_until(text, sentence) if visits else None,
    )


def _authorized(
    text: Text, lexicon: Lexicon, flat: str, mention: Mention, sentence: tuple[int, int]
) -> Course | None:
    """
    Read visits that were authorized before, where no visit is said to have been attended.

    Visits that utilization review approves in the same dispute were not given: a sentence that
    speaks of the request or the review counts none.
    """
    if _says(lexicon, "in_dispute", flat, sentence):
        return None
    for pattern in lexicon.coded("ContextPhrase", "authorized").patterns:
        for found in pattern.finditer(flat, *sentence):
            count = number_of(found["count"])
            if TARGET not in found[0] or count is None or count > MOST:
                continue
            span = text.span(*found.span())
            open_ = lexicon.coded("CertaintyWord", "unknown")
            named = text.span(mention.start, mention.end)
            return Course(
                treatment=Stated(value=mention.entry.concept, spans=(named,)),
                regions=_regions(text, lexicon, flat, mention, sentence),
                visits=None,
                certainty=Stated(value=open_.concept, spans=(span,)),
                after_denial=False,
                span=span,
                authorized=Stated(value=count, spans=(text.span(*found.span("count")),)),
            )
    return None


def _is_about(lexicon: Lexicon, flat: str, span: Span, text: Text) -> bool:
    start, end = text.stretch(span)
    about = lexicon.coded("WordList", "about")
    return bool(lexicon.mentions((about,), flat, start, end))


def _until(text: Text, sentence: tuple[int, int]) -> Stated[date] | None:
    """Return the last day that a sentence names, else the end of the last year."""
    days = [
        (day, text.span(m.start(), m.end()))
        for m in DATES.finditer(text.flat, *sentence)
        if (day := date_of(m[0]))
    ]
    if days:
        day, span = max(days)
        return Stated(value=day, spans=(span,))
    years = [(int(m[0]), text.span(*m.span())) for m in YEAR.finditer(text.flat, *sentence)]
    if not years:
        return None
    year, span = max(years)
    return Stated(value=date(year, 12, 31), spans=(span,), confidence=Confidence.COMPUTED)


def _again(
    text: Text, lexicon: Lexicon, named: list[Mention], first: int, last: int
) -> Course | None:
    """Read a count of visits without a treatment; it belongs to the last treatment named."""
    if len({m.entry.one("treatmentClass") for m in named}) != 1:
        return None
    open_ = lexicon.coded("ContextPhrase", "uncounted")
    for mention in lexicon.mentions((open_,), text.flat, first, last):
        at = (mention.start, mention.end)
        return _named_before(text, lexicon, named[-1], "unknown", at, None)
    if any(_says(lexicon, code, text.flat, (first, last)) for code in ("request", "decided")):
        return None
    for entry in lexicon.kind("CountPhrase"):
        for pattern in entry.patterns:
            match = None if TARGET in pattern.pattern else pattern.search(text.flat, first, last)
            visits = _counted(text, match) if match else None
            if match and visits:
                groups = match.groupdict()
                least = groups.get("least") or groups.get("more")
                code = "at_least" if least else "exact"
                return _named_before(text, lexicon, named[-1], code, match.span(), visits)
    return None


def _named_before(
    text: Text,
    lexicon: Lexicon,
    mention: Mention,
    code: str,
    at: tuple[int, int],
    visits: Stated[int] | None,
) -> Course:
    """Return a course of the treatment that an earlier sentence names."""
    span = text.span(*at)
    certainty = lexicon.coded("CertaintyWord", code)
    concept = mention.entry.concept
    return Course(
        treatment=Stated(value=concept, spans=(span,), confidence=Confidence.INFERRED),
        regions=(),
        visits=visits,
        certainty=Stated(value=certainty.concept, spans=(span,)),
        after_denial=False,
        span=span,
        until=_until(text, at) if visits else None,
    )


def _counted(text: Text, match: re.Match[str]) -> Stated[int] | None:
    """Return the visits that a match counts; a second part of a course adds to the first."""
    groups = match.groupdict()
    count, further = (number_of(groups.get(name) or "") for name in ("count", "further"))
    if count is None or count + (further or 0) > MOST:
        return None
    names = ("count",) if further is None else ("count", "further")
    spans = tuple(text.span(*match.span(name)) for name in names)
    return Stated(value=count + (further or 0), spans=spans)


def _regions(
    text: Text, lexicon: Lexicon, flat: str, mention: Mention, sentence: tuple[int, int]
) -> tuple[Stated[Concept], ...]:
    """Return the regions that the words next to a treatment name for it."""
    before = lexicon.mentions("RegionWord", text.flat, sentence[0], mention.start)
    if before and text.flat[before[-1].end : mention.start] == " ":
        return read_regions(text, lexicon, before[-1].start, mention.start)
    end = _clause_end(flat, mention, sentence[1])
    for pattern in lexicon.coded("ContextPhrase", "for_region").patterns:
        found = pattern.match(flat, mention.start, end)
        if found:
            named = lexicon.mentions("RegionWord", text.flat, found.end(), end)
            if named and named[0].start == found.end():
                return read_regions(text, lexicon, found.end(), end)
    return ()


def _clause_end(flat: str, mention: Mention, end: int) -> int:
    """Return where the words that belong to one treatment end: at a comma or a period."""
    stops = [at for mark in ",;." if (at := flat.find(mark, mention.end, end)) > 0]
    return min([end, *stops])


def _says(lexicon: Lexicon, code: str, flat: str, sentence: tuple[int, int]) -> bool:
    entry = lexicon.coded("ContextPhrase", code)
    return any(_hit(pattern, flat, sentence) for pattern in entry.patterns)


def _hit(pattern: re.Pattern[str], flat: str, sentence: tuple[int, int]) -> bool:
    """Search a sentence; a pattern that names the treatment has to have found this one."""
    return any(
        TARGET not in pattern.pattern or TARGET in found[0]
        for found in pattern.finditer(flat, *sentence)
    )


def _count(
    text: Text, lexicon: Lexicon, flat: str, mention: Mention, sentence: tuple[int, int]
) -> tuple[Stated[int] | None, str, Span]:
    """Return the count next to a treatment, the code of its certainty, and the words."""
    for entry in lexicon.kind("CountPhrase"):
        found = [
            m
            for pattern in entry.patterns
            for m in pattern.finditer(flat, *sentence)
            if TARGET in m[0]
        ]
        for match in sorted(found, key=lambda m: m.end() - m.start()):
            visits = _counted(text, match)
            if visits is None:
                continue
            least = (
                entry.code != "exact"
                or match.groupdict().get("least")
                or match.groupdict().get("more")
            )
            return visits, "at_least" if least else "exact", text.span(*match.span())
    return None, "unknown", text.span(mention.start, mention.end)
