"""The figures that a passage of a guideline prints, found by the words of the lexicon."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from reasoner.kernel.terms import LABEL, SKOS, SUBCLASS, TYPE
from reasoner.knowledge.terms import mn
from reasoner.letters.lexicon import read_lexicon
from reasoner.letters.numbers import amount_of
from reasoner.letters.values import Amount

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from reasoner.knowledge.base import Knowledge

CELLS: Final = re.compile(r" {2,}| ?\| ?")
BARE: Final = re.compile(r"[0-9]{1,3}(?: ?(?:-|to) ?[0-9]{1,3})?")
WORD: Final = re.compile(r"[a-z0-9]+")
JOINED: Final = re.compile(r"(?<=[a-z])-(?=[a-z])")
NAMES: Final = frozenset({LABEL.value, SKOS + "altLabel"})
KINDS: Final = frozenset(mn(name).value for name in ("Condition", "Procedure", "Region"))
SHORT: Final = 3
"""Letters of a word that keeps its last one, as in `gas`."""


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class PrintedFigure:
    """
    A figure in a text.

    Attributes:
        start: Where its words begin.
        end: Where they end.
        property: The IRI of the property whose figure it is.
        least: The lower end, or the number.
        most: The upper end, or the number.
    """

    start: int
    end: int
    property: str
    least: int
    most: int


@dataclass(frozen=True, kw_only=True)
class FigureWords:
    """
    The words with which guidelines print figures.

    Attributes:
        phrases: Patterns with the IRIs of the properties that may be meant, in the order in which
            they are tried. A pattern without a number, such as "not recommended", prints 1.
        pages: The patterns of the pages of a citation.
        page_numbers: The patterns of the number of a page at its head or foot.
        small: The words that name no condition.
        properties: The IRIs of all properties that have words.
        provisos: The patterns of words that limit or turn a figure, such as "at least".
        concepts: The words of all conditions, operations and parts of the body.
    """

    phrases: tuple[tuple[tuple[str, ...], re.Pattern[str]], ...]
    pages: tuple[re.Pattern[str], ...]
    page_numbers: tuple[re.Pattern[str], ...]
    small: re.Pattern[str]
    properties: frozenset[str]
    provisos: tuple[re.Pattern[str], ...]
    concepts: frozenset[str]

    def find(self, text: str) -> list[PrintedFigure]:
        """Find all figures of a text, in order; words that were taken are not read twice."""
        found: list[PrintedFigure] = []
        masked = text
        for properties, pattern in self.phrases:
            for match in pattern.finditer(masked):
                words = match.groupdict().get("figure")
                amount = Amount(least=1, most=1) if words is None else amount_of(words)
                if amount is not None:
                    found += _printed(properties, match.start(), match.end(), amount)
                    masked = _masked(masked, match.start(), match.end())
        return sorted(found)

    def is_limited(self, text: str, figures: Iterable[PrintedFigure]) -> bool:
        """Return True if words outside the figures of a text limit or turn them."""
        rest = text
        for figure in figures:
            rest = _masked(rest, figure.start, figure.end)
        return any(pattern.search(rest) for pattern in self.provisos)

    def columns(self, line: str) -> tuple[tuple[str, ...], ...]:
        """Return the properties that the heading of a table names, in order; none of a row."""
        cells = CELLS.split(line.strip())
        if len(cells) == 1 or re.search("[0-9]", line):
            return ()
        found = [self.find(f"1 {cell.split()[-1]}") for cell in cells if cell.strip()]
        return tuple(tuple(f.property for f in figures) for figures in found if figures)

    def cells(self, line: str, columns: Sequence[tuple[str, ...]]) -> list[PrintedFigure]:
        """Read the bare numbers of a row under the headings of its table; none if they differ."""
        found = []
        at = 0
        for cell in CELLS.split(line.strip()):
            at = line.index(cell, at)
            if BARE.fullmatch(cell.strip()):
                found.append((at, at + len(cell), amount_of(cell)))
            at += len(cell)
        if not found or len(found) != len(columns):
            return []
        return [
            figure
            for (start, end, amount), names in zip(found, columns, strict=True)
            if amount is not None
            for figure in _printed(names, start, end, amount)
        ]

    def tokens(self, text: str) -> frozenset[str]:
        """Return the words of a text that may name a condition, in one form for plurals."""
        return tokens_of(text, self.small)


def tokens_of(text: str, small: re.Pattern[str]) -> frozenset[str]:
    """Return the words of a text without the small ones, in one form for plurals."""
    plain = JOINED.sub("", text.casefold())
    return frozenset(_stem(w) for w in WORD.findall(plain) if not small.fullmatch(w))


def _printed(
    properties: Sequence[str], start: int, end: int, amount: Amount
) -> list[PrintedFigure]:
    return [
        PrintedFigure(start=start, end=end, property=name, least=amount.least, most=amount.most)
        for name in properties
    ]


def _stem(word: str) -> str:
    plural = word.endswith("s") and not word.endswith("ss") and len(word) > SHORT
    return word[:-1] if plural else word


def _masked(text: str, start: int, end: int) -> str:
    return f"{text[:start]}{'|' * (end - start)}{text[end:]}"


def figure_words(knowledge: Knowledge) -> FigureWords:
    """
    Read the words for figures from the lexicon.

    Raises:
        KnowledgeUnreadable: A pattern of the lexicon is not a regular expression.
    """
    ours = {
        t.subject
        for t in knowledge.facts
        if t.predicate == TYPE and t.object in {mn("FigurePhrase"), mn("WordList")}
    } | {mn("FigurePhrase")}
    facts = (t for t in knowledge.facts if t.subject in ours)
    entries = read_lexicon(facts).kind("FigurePhrase")

    def coded(code: str) -> tuple[re.Pattern[str], ...]:
        return tuple(p for entry in entries if entry.code == code for p in entry.patterns)

    phrases = [
        (entry.of("denotes"), pattern)
        for entry in entries
        if entry.code == "figure"
        for pattern in entry.patterns
    ]
    small = _either(coded("small-words"))
    names = (
        value.value
        for iri in _below(KINDS, knowledge)
        for predicate in NAMES
        for value in knowledge.described.get((iri, predicate), ())
    )
    return FigureWords(
        phrases=tuple(phrases),
        pages=coded("cited-pages"),
        page_numbers=coded("printed-page"),
        small=small,
        properties=frozenset(name for found, _ in phrases for name in found),
        provisos=coded("proviso"),
        concepts=tokens_of(" ".join(names), small),
    )


def _below(kinds: frozenset[str], knowledge: Knowledge) -> frozenset[str]:
    """Return all classes that are asserted to be below some classes, at any depth."""
    above = {
        iri: {value.value for value in values}
        for (iri, predicate), values in knowledge.described.items()
        if predicate == SUBCLASS.value
    }
    found = kinds
    while more := {iri for iri, broader in above.items() if broader & found} - found:
        found |= more
    return found - kinds


def _either(patterns: Iterable[re.Pattern[str]]) -> re.Pattern[str]:
    return re.compile("|".join(p.pattern for p in patterns) or "(?!)", re.IGNORECASE)
