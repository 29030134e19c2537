"""What a letter states in its headings, its summary and its rationales, for an audit to compare."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from reasoner.letters.numbers import amount_of, number_of
from reasoner.letters.text import plain_text

if TYPE_CHECKING:
    import re
    from collections.abc import Iterator

    from reasoner.letters.lexicon import Lexicon, LexiconEntry
    from reasoner.letters.model import Letter, Span
    from reasoner.letters.text import Text

PARTS: Final = ("heading", "summary", "rationale")
MONTHS_OF_A_YEAR: Final = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """
    One statement of a letter.

    Attributes:
        about: The IRI of the topic or finding.
        truth: The IRI for affirmed or negated; empty if neither.
        spoken_by: The IRI of the role that speaks; empty for the author of the letter.
        words: The words.
        span: The passage of the words.
        visits: The visits meant, the most of a range; None if the words name no number.
        months: The months that the words say have passed; None if they name none.
        title: A source that the words name; empty if they name none.
    """

    about: str
    truth: str
    spoken_by: str
    words: str
    span: Span
    visits: int | None
    months: int | None
    title: str


class Words:
    """The plain text of a letter with its lexicon, made once for all items."""

    def __init__(self, letter: Letter, lexicon: Lexicon) -> None:
        self._letter = letter
        self._lexicon = lexicon
        self._text: Text = plain_text(letter.source, lexicon.mark("page_furniture").patterns)

    def statements(self, part: str, span: Span | None) -> tuple[Statement, ...]:
        """
        Find the statements of one part of the letter, in the order of the letter.

        Of several phrases with one meaning that name a number, those tried first stay.

        Args:
            part: One of `PARTS`.
            span: Where the part stands; None gives no statement.
        """
        if span is None:
            return ()
        start, end = self._text.stretch(span)
        entries = tuple(
            e for e in self._lexicon.kind("StatementPhrase") if e.one("letterPart") == part
        )
        found: dict[tuple[str, str], list[tuple[int, Statement]]] = {}
        for entry in entries:
            for statement in self._matches(entry, start, end):
                key = (statement.about, statement.truth)
                found.setdefault(key, []).append((entry.order, statement))
        kept = [
            statement
            for group in found.values()
            for order, statement in group
            if order == min(order for order, _ in group)
        ]
        return tuple(sorted(kept, key=lambda s: (s.span.start, s.about, s.truth)))

    def topics(self, title: str) -> tuple[str, ...]:
        """Return the treatments that the guideline section with this title is about."""
        mentions = self._lexicon.mentions("SectionTitle", title)
        return tuple(sorted({iri for m in mentions for iri in m.entry.of("denotes")}))

    def _matches(self, entry: LexiconEntry, start: int, end: int) -> Iterator[Statement]:
        taken: list[tuple[int, int]] = []
        for pattern in entry.patterns:
            for match in pattern.finditer(self._text.flat, start, end):
                at = match.span()
                if all(at[1] <= a or at[0] >= b for a, b in taken):
                    taken.append(at)
                    yield self._statement(entry, match)

    def _statement(self, entry: LexiconEntry, match: re.Match[str]) -> Statement:
        named = {name: text for name, text in match.groupdict().items() if text}
        amount = amount_of(named.get("visits", ""))
        years, months = (number_of(named.get(unit, "")) for unit in ("years", "months"))
        span = self._text.span(*match.span())
        return Statement(
            about=entry.one("denotes"),
            truth=entry.one("statesAs"),
            spoken_by=entry.one("spokenBy"),
            words=self._letter.words(span),
            span=span,
            visits=amount.most if amount else None,
            months=years * MONTHS_OF_A_YEAR if years is not None else months,
            title=named.get("title", ""),
        )
