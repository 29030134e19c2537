"""Rules: their sentences in parts, and their strata."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from reasoner.kernel.rules import PLACE
from reasoner.kernel.terms import RULE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from reasoner.kernel.rules import Rule

    from .book import Book, Link


@dataclass(frozen=True, slots=True, kw_only=True)
class RulePart:
    """A piece of the sentence of a rule: plain text, or the name of a variable with its forms."""

    text: str
    variable: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stratum:
    """A stratum: its number, the name of its folder, its rules with the links to them."""

    number: int
    name: str
    rules: tuple[tuple[Link, Rule], ...]


def sentence(rule: Rule) -> tuple[RulePart, ...]:
    """Cut the sentence of a rule at its variables."""
    return tuple(_parts(rule.because))


def _parts(text: str) -> Iterator[RulePart]:
    end = 0
    for place in PLACE.finditer(text):
        if place.start() > end:
            yield RulePart(text=text[end : place.start()])
        forms = f"{place[2]}/{place[3]}" if place[2] is not None else ""
        yield RulePart(text=forms, variable=place[1])
        end = place.end()
    if end < len(text):
        yield RulePart(text=text[end:])


def strata(book: Book) -> tuple[Stratum, ...]:
    """Return the rules by stratum."""
    found: dict[tuple[int, str], list[Rule]] = {}
    for rule in book.knowledge.rules:
        folder = rule.path.split("/")[-2]
        found.setdefault((rule.number or 0, folder), []).append(rule)
    return tuple(
        Stratum(
            number=number,
            name=folder,
            rules=tuple((book.link(RULE + rule.id), rule) for rule in rules),
        )
        for (number, folder), rules in sorted(found.items())
    )
