"""The letter with what was read of it marked, so that a person sees what was and what was not."""

from __future__ import annotations

import html
from dataclasses import dataclass, fields, is_dataclass
from datetime import date
from typing import TYPE_CHECKING, Final

from .model import Amount, Citation, Concept, Confidence, Letter, Span, Stated

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

UNREAD: Final = "not understood"
COLOURS: Final = {
    Confidence.STATED.value: "32",
    Confidence.COMPUTED.value: "36",
    Confidence.INFERRED.value: "33",
    Confidence.CONFLICTING.value: "35",
    UNREAD: "31;7",
}
SHADES: Final = {
    Confidence.STATED.value: "#c8eac8",
    Confidence.COMPUTED.value: "#c3e6ee",
    Confidence.INFERRED.value: "#f6e7b4",
    Confidence.CONFLICTING.value: "#e9c9ee",
    UNREAD: "#f5b7b1",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """
    A stretch of the letter from which something was read, or should have been.

    Attributes:
        span: Where.
        name: What was read, such as `age` or `prior visits`.
        value: The value as a person says it.
        trust: The confidence, or that it was not understood.
    """

    span: Span
    name: str
    value: str
    trust: str


def marks(letter: Letter) -> list[Mark]:
    """
    Return the marks of a letter in order, none over another.

    Whole facts of the history win over their parts, then words that say a thing over words from
    which it follows, then the narrower words.
    """
    ranked = [(0, m) for m in _history(letter)]
    ranked += [(1, m) for m in (*_marks(letter, ""), *_unread(letter))]
    trusts = list(COLOURS)
    ranked.sort(key=lambda r: (r[0], trusts.index(r[1].trust), _width(r[1]), r[1].span, r[1].name))
    taken: list[Mark] = []
    for _, mark in ranked:
        free = all(mark.span.end <= t.span.start or mark.span.start >= t.span.end for t in taken)
        if free and _width(mark):
            taken.append(mark)
    return sorted(taken, key=lambda m: m.span)


def _width(mark: Mark) -> int:
    return mark.span.end - mark.span.start


def _history(letter: Letter) -> Iterator[Mark]:
    """Yield the diagnoses, the earlier treatment, its effect and what is missing, each whole."""
    stated = Confidence.STATED.value
    for diagnosis in letter.diagnoses:
        known = [*([diagnosis.condition] if diagnosis.condition else []), *diagnosis.regions]
        value = ", ".join(spoken(s.value) for s in known)
        yield Mark(span=diagnosis.words.spans[0], name="diagnosis", value=value, trust=stated)
    for course in letter.courses:
        count = f"{course.visits.value} visits, " if course.visits else ""
        value = f"{spoken(course.treatment.value)}, {count}{spoken(course.certainty.value)}"
        yield Mark(span=course.span, name="earlier treatment", value=value, trust=stated)
    for surgery in letter.surgeries:
        value = spoken(surgery.status.value)
        yield Mark(span=surgery.span, name="operation", value=value, trust=stated)
    for record in letter.missing_records:
        yield Mark(span=record.span, name="missing record", value=record.words, trust=stated)


def _unread(letter: Letter) -> Iterator[Mark]:
    for gap in letter.not_understood:
        yield Mark(span=gap.span, name=gap.part, value="?", trust=UNREAD)


def _marks(value: object, name: str) -> Iterator[Mark]:
    """Yield a mark for each value inside a value, named by the field that holds it."""
    if isinstance(value, Stated):
        if name != "heading":
            for span in value.spans:
                yield Mark(
                    span=span, name=name, value=spoken(value.value), trust=value.confidence.value
                )
    elif isinstance(value, tuple | list | dict):
        named = sorted(value.items()) if isinstance(value, dict) else [(name, v) for v in value]
        for key, part in named:
            yield from _marks(part, str(key).replace("_", " "))
    elif isinstance(value, Citation):
        cited = f"{value.tier.label}, {value.title} {value.year or ''}".rstrip()
        yield Mark(span=value.span, name="cites", value=cited, trust=Confidence.STATED.value)
    elif is_dataclass(value) and not isinstance(value, type | Concept | Span):
        for f in fields(value):
            yield from _marks(getattr(value, f.name), f.name.replace("_", " "))


def spoken(value: object) -> str:
    """Return a value as a person says it."""
    if isinstance(value, Concept):
        return value.label
    if isinstance(value, Amount):
        return f"{value.least}" if value.least == value.most else f"{value.least} to {value.most}"
    if isinstance(value, date):
        return value.isoformat()
    return str(value)


def shown_in_brackets(letter: Letter) -> str:
    """Write the letter with each stretch in brackets, followed by what was read of it."""

    def bracket(words: str, mark: Mark) -> str:
        return f"[{words}|{mark.name}: {mark.value}{_trust(mark)}]"

    return _through(letter, bracket, str)


def shown_in_colours(letter: Letter) -> str:
    """Write the letter for a terminal: colours tell how far each stretch is to be trusted."""

    def colour(words: str, mark: Mark) -> str:
        return f"\x1b[{COLOURS[mark.trust]}m{words}\x1b[0m\x1b[2m({mark.name}: {mark.value})\x1b[0m"

    legend = "  ".join(f"\x1b[{code}m{trust}\x1b[0m" for trust, code in COLOURS.items())
    return f"{legend}\n\n{_through(letter, colour, _harmless)}"


def shown_as_html(letter: Letter) -> str:
    """Write the letter as a page of its own; what was read shows when a stretch is pointed at."""

    def element(words: str, mark: Mark) -> str:
        title = html.escape(f"{mark.name}: {mark.value} ({mark.trust})", quote=True)
        kind = mark.trust.replace(" ", "-")
        return f'<mark class="{kind}" title="{title}">{html.escape(words)}</mark>'

    style = "".join(
        f"mark.{trust.replace(' ', '-')}{{background:{shade}}}" for trust, shade in SHADES.items()
    )
    legend = " ".join(f'<mark class="{trust.replace(" ", "-")}">{trust}</mark>' for trust in SHADES)
    name = html.escape(letter.case_number.value if letter.case_number else "letter")
    return (
        f'<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><title>{name}</title>'
        f"<style>pre{{white-space:pre-wrap;max-width:60rem}}{style}</style></head>\n"
        f"<body><h1>{name}</h1><p>{legend}</p>\n<pre>{_through(letter, element, html.escape)}</pre>"
        "</body></html>\n"
    )


def _trust(mark: Mark) -> str:
    return "" if mark.trust == Confidence.STATED else f", {mark.trust}"


def _harmless(words: str) -> str:
    """Return text without characters that steer a terminal."""
    return "".join(c if c.isprintable() or c in "\n\t" else " " for c in words)


def _through(
    letter: Letter, written: Callable[[str, Mark], str], plain: Callable[[str], str]
) -> str:
    parts, at = [], 0
    for mark in marks(letter):
        parts.append(plain(letter.source[at : mark.span.start]))
        parts.append(written(letter.source[mark.span.start : mark.span.end], mark))
        at = mark.span.end
    parts.append(plain(letter.source[at:]))
    return "".join(parts)
