"""
The text of a letter made plain, with the way back: each plain character knows its source.

Pages, columns, line breaks, hyphenation, ligatures and typographic quotes differ from copy to copy
of one letter and mean nothing.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from .model import Span

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

PLAIN: Final = {
    "\ufb00": "ff",
    "\ufb01": "fi",
    "\ufb02": "fl",
    "\ufb03": "ffi",
    "\ufb04": "ffl",
    "\ufb05": "st",
    "\ufb06": "st",
    **dict.fromkeys("\u2018\u2019\u201a\u201b\u2032\u0060\u00b4", "'"),
    **dict.fromkeys("\u201c\u201d\u201e\u201f\u2033\u00ab\u00bb", '"'),
    **dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2015\u2212", "-"),
    "\u00d7": "x",
    "\u2715": "x",
    "\u2026": "...",
    "\u00ad": "",
    "\u200b": "",
    "\u200c": "",
    "\u200d": "",
    "\ufeff": "",
}
"""What stands for a character of the source; those not listed stand for themselves."""

LINE_END: Final = re.compile(r"\r\n|[\n\r\u2028\u2029\u0085]|\f")
WORD: Final = re.compile(r"[A-Za-z]+(?:-[A-Za-z]+)*")
EDGE: Final = 2
"""Lines at the head and the foot of a page among which furniture is looked for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """
    Plain text on one line, and where it comes from.

    Attributes:
        flat: The plain text; any white space is one space.
        starts: For each plain character, the offset in the source of its first character.
        ends: The same of what follows its last one.
        paragraphs: Offsets in `flat` at which a paragraph begins, in order.
        pages: Offsets in `flat` at which a page begins, in order.
    """

    flat: str
    starts: tuple[int, ...]
    ends: tuple[int, ...]
    paragraphs: tuple[int, ...]
    pages: tuple[int, ...]

    def span(self, start: int, end: int) -> Span:
        """Return the span in the source of a stretch of plain text, white space at its ends cut."""
        while start < end and self.flat[start] == " ":
            start += 1
        while end > start and self.flat[end - 1] == " ":
            end -= 1
        if start == end:
            at = self.starts[start] if start < len(self.starts) else 0
            return Span(start=at, end=at)
        return Span(start=self.starts[start], end=self.ends[end - 1])

    def stretch(self, span: Span) -> tuple[int, int]:
        """Return the first and last offset in the plain text of a span of the source."""
        return bisect_left(self.starts, span.start), bisect_left(self.starts, span.end)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Line:
    text: str
    start: int
    page: int


def _whole_words(lines: Iterable[_Line]) -> set[str]:
    """Return the words that the letter writes without breaking them at the end of a line."""
    words: set[str] = set()
    broken = False
    for line in lines:
        found = WORD.findall(line.text.lower())
        ends_broken = line.text.rstrip().endswith("-")
        words.update(found[1 if broken else 0 : -1 if ends_broken else None])
        if found:
            broken = ends_broken
    return words


def plain_text(
    source: str, furniture: Sequence[re.Pattern[str]], kept: Sequence[re.Pattern[str]] = ()
) -> Text:
    """
    Make the plain text of a letter.

    Args:
        source: The text as it came out of the file.
        furniture: What a line of page furniture looks like; lines that recur at the edges of
            pages are furniture too.
        kept: What a line never is furniture with, wherever it stands.
    """
    lines = _without_furniture(list(_lines(source)), furniture, kept)
    known = _whole_words(lines)
    builder = _Builder()
    spacing = _spacing(lines)
    blank, before = 0, None
    for line in lines:
        if not line.text.strip():
            blank += 1
            continue
        if before is not None:
            turned = line.page != before.page
            builder.join(line, known, paragraph=blank > spacing and not turned, page=turned)
        builder.add(line)
        blank, before = 0, line
    return builder.text()


def _lines(source: str) -> Iterator[_Line]:
    at = page = 0
    for end in LINE_END.finditer(source):
        yield _Line(text=source[at : end.start()], start=at, page=page)
        page += end[0] == "\f"
        at = end.end()
    yield _Line(text=source[at:], start=at, page=page)


def _without_furniture(
    lines: list[_Line], furniture: Sequence[re.Pattern[str]], kept: Sequence[re.Pattern[str]]
) -> list[_Line]:
    """Leave out what the lexicon knows as furniture, and edges that nearly all pages share."""
    pages: dict[int, list[_Line]] = {}
    for line in lines:
        if line.text.strip():
            pages.setdefault(line.page, []).append(line)
    edges = [(where, x) for page in pages.values() for where, x in _edges(page)]
    seen = Counter({(where, _mask(x.text), x.page) for where, x in edges})
    recurring = Counter((where, mask) for where, mask, _ in seen)
    enough = max(2, len(pages) - 1)
    dropped = {
        id(x)
        for where, x in edges
        if recurring[where, _mask(x.text)] >= enough and not any(p.search(x.text) for p in kept)
    }

    def stays(line: _Line) -> bool:
        text = " ".join(line.text.split())
        return id(line) not in dropped and not any(p.search(text) for p in furniture)

    return [line for line in lines if stays(line)]


def _edges(page: list[_Line]) -> Iterator[tuple[int, _Line]]:
    """Yield the lines at the head and the foot of a page, with their place from that edge."""
    for place in range(min(EDGE, len(page) // 2)):
        yield place, page[place]
        yield -1 - place, page[-1 - place]


def _mask(text: str) -> str:
    return re.sub(r"\d+", "#", " ".join(text.split()))


def _spacing(lines: Iterable[_Line]) -> int:
    """Return how many blank lines stand between two lines of one paragraph: 0, or 1 if doubled."""
    gaps: Counter[int] = Counter()
    blank, before = 0, None
    for line in lines:
        if not line.text.strip():
            blank += 1
            continue
        if before is not None and before.page == line.page:
            gaps[blank] += 1
        blank, before = 0, line
    return gaps.most_common(1)[0][0] if gaps else 0


class _Builder:
    """Puts plain text together, character by character."""

    def __init__(self) -> None:
        self._chars: list[str] = []
        self._starts: list[int] = []
        self._ends: list[int] = []
        self._paragraphs: list[int] = [0]
        self._pages: list[int] = [0]

    def add(self, line: _Line) -> None:
        """Add the characters of a line, white space inside it as one space, before it as none."""
        indent = len(line.text) - len(line.text.lstrip())
        for offset, char in enumerate(line.text[indent:], start=indent):
            at = line.start + offset
            if char.isspace():
                if self._chars and self._chars[-1] != " " and not self._inside_date(line, offset):
                    self._put(" ", at)
                continue
            for plain in PLAIN.get(char, char):
                self._put(plain, at)

    def join(self, line: _Line, known: set[str], *, paragraph: bool, page: bool) -> None:
        """Join what was added to the line that follows: by a space, or across a hyphen by none."""
        while self._chars and self._chars[-1] == " ":
            self._pop()
        head = line.text.lstrip()
        tail = "".join(self._chars[-40:])
        kept = re.search(r"\d[-/]$", tail) and head[:1].isdigit()
        if (kept or (re.search(r"[A-Za-z]-$", tail) and head[:1].isupper())) and not paragraph:
            pass
        elif re.search(r"[A-Za-z]-$", tail) and head[:1].islower() and not paragraph:
            left, right = _word_at_end(tail), _word_at_start(head)
            if left and right and not _is_compound(left, right, known):
                self._pop()
        elif self._chars:
            self._put(" ", line.start)
        if paragraph:
            self._paragraphs.append(len(self._chars))
        if page:
            self._pages.append(len(self._chars))

    def text(self) -> Text:
        """Return what was put together."""
        return Text(
            flat="".join(self._chars),
            starts=tuple(self._starts),
            ends=tuple(self._ends),
            paragraphs=tuple(sorted(set(self._paragraphs))),
            pages=tuple(sorted(set(self._pages))),
        )

    def _inside_date(self, line: _Line, offset: int) -> bool:
        tail = "".join(self._chars[-2:])
        return bool(re.fullmatch(r"\d[-/]", tail)) and line.text[offset:].lstrip()[:1].isdigit()

    def _put(self, char: str, at: int) -> None:
        self._chars.append(char)
        self._starts.append(at)
        self._ends.append(at + 1)

    def _pop(self) -> None:
        self._chars.pop()
        self._starts.pop()
        self._ends.pop()


def _word_at_end(tail: str) -> str:
    found = re.search(r"([A-Za-z]+(?:-[A-Za-z]+)*)-$", tail)
    return found[1].lower() if found else ""


def _word_at_start(head: str) -> str:
    found = re.match(r"[A-Za-z]+", head)
    return found[0].lower() if found else ""


def _is_compound(left: str, right: str, known: set[str]) -> bool:
    """
    Return True if a hyphen at the end of a line belongs to the word.

    If the letter writes the word elsewhere, that spelling decides. Otherwise a hyphen belongs to a
    word whose two parts are words of the letter.
    """
    if left + right in known:
        return False
    if f"{left}-{right}" in known:
        return True
    return left in COMPOUNDING or (left in known and right in known)


COMPOUNDING: Final = frozenset({"anti", "follow", "non", "post", "pre", "self", "well", "x"})
"""First parts of words that letters join with a hyphen."""
