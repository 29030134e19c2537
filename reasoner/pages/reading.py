"""The reading of a letter: its facts as text, and the letter with each passage marked."""

from __future__ import annotations

from dataclasses import dataclass, fields, is_dataclass
from datetime import date
from typing import TYPE_CHECKING, Final

from reasoner.letters.model import (
    Amount,
    Citation,
    Concept,
    Confidence,
    Letter,
    Span,
    Stated,
)

from .environment import phrase, render
from .phrases import interval

if TYPE_CHECKING:
    from collections.abc import Iterator

UNREAD: Final = "not understood"
COLORS: Final = {
    Confidence.STATED.value: "32",
    Confidence.COMPUTED.value: "36",
    Confidence.INFERRED.value: "33",
    Confidence.CONFLICTING.value: "35",
    UNREAD: "31;7",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """
    A passage of the letter from which a fact was read, or should have been read.

    Attributes:
        span: The passage.
        name: The fact, such as `age` or `prior visits`.
        value: The value in words.
        trust: The confidence, or that it was not understood.
    """

    span: Span
    name: str
    value: str
    trust: str

    @property
    def kind(self) -> str:
        """The trust as a class of the stylesheet."""
        return self.trust.replace(" ", "-")


@dataclass(frozen=True, slots=True, kw_only=True)
class MarkedWords:
    """Consecutive words of a letter; the mark is None if nothing was read from them."""

    words: str
    mark: Mark | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadingPage:
    """
    A letter with its marked passages.

    Attributes:
        title: The case number, or the name of the page.
        legend: Each degree of trust, as a class of the stylesheet and in words.
        parts: The whole text of the letter, in order.
    """

    title: str
    legend: tuple[tuple[str, str], ...]
    parts: tuple[MarkedWords, ...]


def marks(letter: Letter) -> list[Mark]:
    """
    Return the marks of a letter in order, without overlaps.

    Whole facts of the history win over their parts; then words that state a fact win over words
    that imply it; then shorter passages win over longer ones.
    """
    ranked = [(0, m) for m in _history(letter)]
    ranked += [(1, m) for m in (*_marks(letter, ""), *_unread(letter))]
    trusts = list(COLORS)
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
    """Yield a mark for each diagnosis, earlier treatment, response and missing record."""
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
    """Yield a mark for each value inside a value, named by its field."""
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
    """Write a value: a label, a number or interval, or a date as YYYY-MM-DD."""
    if isinstance(value, Concept):
        return value.label
    if isinstance(value, Amount):
        return interval(value)
    if isinstance(value, date):
        return value.isoformat()
    return str(value)


def _said(stated: Stated[object] | None) -> str:
    """Write a value, with its confidence unless the words state the value."""
    if stated is None:
        return phrase("not_stated")
    trust = stated.confidence.value
    text = spoken(stated.value)
    return text if trust == Confidence.STATED.value else f"{text} ({trust})"


def reading_text(letter: Letter) -> str:
    """Write a reading as text: header, person, history, items, then what was not understood."""
    dates = sorted(letter.dates.items(), key=lambda kv: kv[1].value)
    return render("reading.txt", letter=letter, dates=dates, said=_said)


def reading_page(letter: Letter) -> ReadingPage:
    """Return the model of the page with the marked letter."""
    return ReadingPage(
        title=letter.case_number.value if letter.case_number else "letter",
        legend=tuple((trust.replace(" ", "-"), trust) for trust in COLORS),
        parts=tuple(_parts(letter)),
    )


def _parts(letter: Letter) -> Iterator[MarkedWords]:
    at = 0
    for mark in marks(letter):
        yield MarkedWords(words=letter.source[at : mark.span.start], mark=None)
        yield MarkedWords(words=letter.source[mark.span.start : mark.span.end], mark=mark)
        at = mark.span.end
    yield MarkedWords(words=letter.source[at:], mark=None)


def shown_in_brackets(letter: Letter) -> str:
    """Write the letter with each passage in brackets, followed by the value read from it."""

    def bracket(part: MarkedWords) -> str:
        mark = part.mark
        if mark is None:
            return part.words
        trust = "" if mark.trust == Confidence.STATED else f", {mark.trust}"
        return f"[{part.words}|{mark.name}: {mark.value}{trust}]"

    return "".join(bracket(part) for part in _parts(letter))


def shown_in_colors(letter: Letter) -> str:
    """Write the letter for a terminal; the color of each passage shows its confidence."""

    def colored(part: MarkedWords) -> str:
        mark = part.mark
        if mark is None:
            return _harmless(part.words)
        seen = f"\x1b[{COLORS[mark.trust]}m{part.words}\x1b[0m"
        return f"{seen}\x1b[2m({mark.name}: {mark.value})\x1b[0m"

    legend = "  ".join(f"\x1b[{code}m{trust}\x1b[0m" for trust, code in COLORS.items())
    return f"{legend}\n\n{''.join(colored(part) for part in _parts(letter))}"


def shown_as_html(letter: Letter) -> str:
    """Write the letter as a page; pointing at a passage shows its value."""
    return render("reading.html", page=reading_page(letter))


def _harmless(words: str) -> str:
    """Return text without characters that control a terminal."""
    return "".join(c if c.isprintable() or c in "\n\t" else " " for c in words)
