"""What to look for of a row in its text: the words of its condition, codes, figures, place."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import pyoxigraph as ox

from reasoner.errors import KnowledgeUnreadable
from reasoner.kernel.terms import LABEL, SKOS, XSD
from reasoner.knowledge.terms import NS, PREFIXES, mn
from reasoner.letters.numbers import amount_of

from .scaffold import editions_hint

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from reasoner.knowledge.base import Knowledge

    from .printed_figures import FigureWords

BASE: Final = PREFIXES["mng"]
MOST: Final = mn("maximumVisits").value
TRIAL: Final = mn("trialVisits").value
DIVISOR: Final = mn("initialCourseDivisor")
LEAST: Final = mn("minimumVisits").value
NOT_RECOMMENDED: Final = mn("notRecommended").value
JUDGED: Final = ("sameLimitAs", "carriedFrom")
"""Properties of a row whose figures are borrowed, by judgment."""
NAMES: Final = tuple(ox.NamedNode(SKOS + name) for name in ("altLabel", "prefLabel"))
CODES: Final = ("icd9", "icd10")
PLACES: Final = re.compile(r"[;,/:]")
COMMON: Final = frozenset(mn(name).value for name in ("limitAbsent", "notRecommended", "textHeld"))
"""Boolean properties that are figures, or the absence of one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WantedFigure:
    """
    A figure that a row states.

    Attributes:
        property: The IRI of the property.
        least: The lower end of a range; None if the row states one number.
        most: The number, or the upper end.
    """

    property: str
    least: int | None
    most: int


@dataclass(frozen=True, kw_only=True)
class RowWords:
    """
    A row, and what to look for.

    Attributes:
        iri: The row.
        name: Its name within the guideline.
        label: Its label.
        verified: True if the row is marked as verified.
        names: The words of each name of its condition, operation or treatment; one suffices.
        whole: The words of its label, without its treatment; empty if it names only a treatment.
        proviso: The words of its label after the condition, such as "medical", which are needed.
        familiar: All words that the row may use of itself.
        codes: The codes of its conditions.
        figures: The figures that it states.
        unsought: The properties with a figure for which the lexicon has no words.
        flags: The properties that it states to be true, which are not compared.
        pinpoint: Its place, as its file states it.
        headings: The words of each part of the place that may be a heading.
        pages: The first and last page of each citation in its place.
        apart: Why it cannot be compared: `judgment`, `text not held`; empty if it can.
    """

    iri: str
    name: str
    label: str
    verified: bool
    names: tuple[frozenset[str], ...]
    whole: frozenset[str]
    proviso: frozenset[str]
    familiar: frozenset[str]
    codes: tuple[str, ...]
    figures: tuple[WantedFigure, ...]
    unsought: tuple[str, ...]
    flags: tuple[str, ...]
    pinpoint: str
    headings: tuple[frozenset[str], ...]
    pages: tuple[tuple[int, int], ...]
    apart: str


def rows_of(knowledge: Knowledge, slug: str, words: FigureWords) -> tuple[RowWords, ...]:
    """
    Return the rows of an edition, by name.

    Args:
        knowledge: The knowledge base.
        slug: The edition, such as `body-topic-2016`.
        words: The words for figures.

    Raises:
        KnowledgeUnreadable: The edition does not exist.
    """
    edition = f"{BASE}{slug.removeprefix(BASE)}"
    if edition not in knowledge.editions:
        raise KnowledgeUnreadable(
            f"The edition '{slug}' does not exist.", hint=editions_hint(knowledge.editions)
        )
    stated: dict[str, list[ox.Triple]] = {}
    for t in knowledge.facts:
        if isinstance(t.subject, ox.NamedNode) and t.subject.value.startswith(f"{edition}/"):
            stated.setdefault(t.subject.value, []).append(t)
    divisors = {
        int(t.object.value)
        for triples in stated.values()
        for t in triples
        if t.predicate == DIVISOR and isinstance(t.object, ox.Literal)
    }
    divisor = min(divisors, default=0)
    return tuple(
        _row(knowledge, iri, stated[iri], words, divisor)
        for iri in sorted(stated)
        if knowledge.value(iri, mn("statedIn")) == edition
    )


def _row(
    knowledge: Knowledge, iri: str, stated: list[ox.Triple], words: FigureWords, divisor: int
) -> RowWords:
    values: dict[str, list[str]] = {}
    for t in stated:
        if isinstance(t.object, ox.NamedNode | ox.Literal):
            values.setdefault(t.predicate.value, []).append(t.object.value)

    def of(*names: str) -> list[str]:
        return sorted({v for name in names for v in values.get(mn(name).value, ())})

    label = knowledge.label(iri)
    first, *rest = label.split(", ")
    concepts = of("covers", "procedure", "afterProcedure")
    treated = of("limits")
    named = concepts or treated
    names = {words.tokens(name) for concept in named for name in _names(knowledge, concept)}
    treatment = words.tokens(" ".join(n for t in treated for n in _names(knowledge, t)))
    whole = words.tokens(" ".join(rest)) if concepts else frozenset[str]()
    pinpoint = next(iter(of("pinpoint")), "")
    figures = tuple(_figures(stated, divisor))
    return RowWords(
        iri=iri,
        name=iri.rsplit("/", 1)[-1],
        label=label,
        verified=of("verification") == [mn("Verified").value],
        names=tuple(sorted(names - {frozenset()}, key=sorted)),
        whole=whole,
        proviso=words.tokens(" ".join(rest[1:])) if concepts else frozenset(),
        familiar=frozenset[str]().union(*names, whole, treatment, words.tokens(first)),
        codes=tuple(sorted({c for concept in concepts for c in _codes(knowledge, concept)})),
        figures=figures,
        unsought=tuple(sorted({f.property for f in figures} - words.properties)),
        flags=tuple(sorted(_flags(stated))),
        pinpoint=pinpoint,
        headings=_headings(pinpoint, words),
        pages=_pages(pinpoint, words),
        apart=_apart(values, of("verification")),
    )


def _names(knowledge: Knowledge, concept: str) -> Iterator[str]:
    for predicate in (LABEL, *NAMES):
        yield from (v.value for v in knowledge.described.get((concept, predicate.value), ()))


def _codes(knowledge: Knowledge, concept: str) -> Iterator[str]:
    for name in CODES:
        yield from (v.value for v in knowledge.described.get((concept, mn(name).value), ()))


def _apart(values: Mapping[str, list[str]], marks: list[str]) -> str:
    if mn("Judgment").value in marks or any(mn(name).value in values for name in JUDGED):
        return "judgment"
    return "text not held" if values.get(mn("textHeld").value) == ["false"] else ""


def _figures(stated: list[ox.Triple], divisor: int) -> Iterator[WantedFigure]:
    """
    Yield the figures of a row: of a range both ends as one, of a refusal no maximum.

    A trial that is the initial course of the general one follows from the rule of its guideline,
    and is not printed with the row.

    Args:
        stated: What the row states.
        divisor: The number by which the guideline divides a general course; 0 if it does not.
    """
    numbers: dict[str, int] = {}
    refused = False
    for t in stated:
        if not isinstance(t.object, ox.Literal) or not t.predicate.value.startswith(NS):
            continue
        if t.object.datatype.value == XSD + "integer":
            numbers[t.predicate.value] = int(t.object.value)
        refused |= t.predicate.value == NOT_RECOMMENDED and t.object.value == "true"
    if refused:
        numbers = {name: n for name, n in numbers.items() if name not in {MOST, LEAST}}
        yield WantedFigure(property=NOT_RECOMMENDED, least=None, most=1)
    least = numbers.pop(LEAST, None) if MOST in numbers else None
    if divisor and numbers.get(TRIAL) == -(-numbers.get(MOST, 0) // divisor):
        numbers.pop(TRIAL)
    for name, number in sorted(numbers.items()):
        yield WantedFigure(property=name, least=least if name == MOST else None, most=number)


def _flags(stated: list[ox.Triple]) -> Iterator[str]:
    for t in stated:
        ours = t.predicate.value.startswith(NS) and t.predicate.value not in COMMON
        if ours and isinstance(t.object, ox.Literal) and t.object.value == "true":
            yield t.predicate.value


def _pages(pinpoint: str, words: FigureWords) -> tuple[tuple[int, int], ...]:
    found = []
    for pattern in words.pages:
        for match in pattern.finditer(pinpoint):
            pages = amount_of(match["figure"])
            if pages is not None:
                found.append((pages.least, pages.most))
    return tuple(sorted(set(found)))


def _headings(pinpoint: str, words: FigureWords) -> tuple[frozenset[str], ...]:
    text = pinpoint
    for pattern in words.pages:
        text = pattern.sub("", text)
    parts = (words.tokens(part) for part in PLACES.split(text))
    return tuple(part for part in parts if part)
